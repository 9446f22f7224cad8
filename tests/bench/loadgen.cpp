// loadgen: Socket.IO v5 / Engine.IO v4 over websocket load generator (single thread, epoll).
// Payload-agnostic: every post carries a marker "zqm<number>q"; every frame each client
// receives is scanned for markers, so any server/peer that relays the text can be measured,
// with or without batching. Build: g++ -O2 -o loadgen loadgen.cpp -lz
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>
#include <algorithm>
#include <fstream>
#include <random>
#include <string>
#include <vector>
using std::string; using std::vector;

static double now() { timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec * 1e-9; }
static string rep(string s, const string& a, const string& b) {
  size_t p = 0; while ((p = s.find(a, p)) != string::npos) { s.replace(p, a.size(), b); p += b.size(); } return s;
}
struct Cfg {
  string labsfile, event, ackok; string host = "127.0.0.1", path = "/socket.io/?EIO=4&transport=websocket", auth = "40", post, ready, origin, hdrfile, label;
  vector<string> hdrs, onconn; vector<int> pids;
  vector<int> ports{5000}; int n = 100, posters = 0, boards = 1, pad = 80, deflate = 0, raw = 0, echo = 1, eio = 4, inflight = 0;
  double rate = 10, warm = 2, dur = 10, drain = 8, connrate = 0, conntimeout = 60, hold = 0.5; bool poisson = true; unsigned seed = 1;
} C;

enum St { IDLE, CONN, HS, OPENED, READY, DEAD };
struct Client {
  int fd = -1, idx = 0, board = 0; St st = IDLE; string in, out; size_t pos = 0; double t0 = 0, tready = 0; bool wantw = false;
  z_stream z; bool zinit = false, zon = false, znoctx = false; string frag; bool fragz = false; vector<uint64_t> seen; uint64_t joinbytes = 0;
};
struct Post { double t = 0, ack = -1, last = 0; int board = 0, got = 0, dup = 0; bool acked = false, bad = false; };
static vector<Client> cl; static vector<Post> posts; static int ep; static vector<int> boardn;
static uint64_t frames = 0, wire = 0, payload = 0, deliveries = 0, dups = 0, unknown = 0, zframes = 0; static int nready = 0, ndead = 0, nfail = 0;
static uint64_t refused = 0, wzframes = 0; static string firstrefusal; static vector<float> dlat; static double wstart = 0, wend = 0; static uint64_t wframes = 0, wwire = 0, wdel = 0, wpayload = 0; static double tlastframe = 0;
static std::mt19937 rng;
static vector<string> words;

static void frame(Client& c, const string& m, int op = 1) {
  unsigned char h[14]; int k = 0; h[k++] = 0x80 | op; size_t L = m.size();
  if (L < 126) h[k++] = 0x80 | L; else if (L < 65536) { h[k++] = 0x80 | 126; h[k++] = L >> 8; h[k++] = L & 255; }
  else { h[k++] = 0x80 | 127; for (int i = 7; i >= 0; i--) h[k++] = (L >> (8 * i)) & 255; }
  unsigned char mk[4] = {0x12, 0x34, 0x56, 0x78}; for (int i = 0; i < 4; i++) h[k++] = mk[i];
  size_t o = c.out.size(); c.out.append((char*)h, k); c.out.append(m); o += k;
  for (size_t i = 0; i < L; i++) c.out[o + i] ^= mk[i & 3];
}
static void arm(Client& c, bool w) { if (w == c.wantw) return; c.wantw = w; epoll_event e{}; e.events = EPOLLIN | (w ? EPOLLOUT : 0); e.data.u32 = c.idx; epoll_ctl(ep, EPOLL_CTL_MOD, c.fd, &e); }
static void kill_(Client& c) { if (c.st == DEAD) return; if (c.st == READY) nready--; else nfail++; ndead++; c.st = DEAD; close(c.fd); c.fd = -1; }
static void flush(Client& c) {
  while (!c.out.empty()) { ssize_t r = send(c.fd, c.out.data(), c.out.size(), MSG_NOSIGNAL); if (r > 0) c.out.erase(0, r); else if (errno == EAGAIN) break; else { kill_(c); return; } }
  arm(c, !c.out.empty());
}
static vector<std::pair<string, string>> lablist;  // --labs-file: one line per board, "<lab id> <board id>"
static string tmpl(const string& s, Client& c) {
  string r = rep(rep(s, "{i}", std::to_string(c.idx)), "{b}", std::to_string(c.board));
  return lablist.empty() ? r : rep(rep(r, "{lab}", lablist[c.board].first), "{board}", lablist[c.board].second);
}
static string newkey() {  // 22 characters of base64url, as a device makes them
  static const char* abc = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"; static std::mt19937_64 g(std::random_device{}());
  string k; for (int i = 0; i < 22; i++) k += abc[g() & 63]; return k;
}
static int inflight = 0;
static void start(Client& c) {
  c.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0); int one = 1; setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  sockaddr_in a{}; a.sin_family = AF_INET; a.sin_port = htons(C.ports[c.idx % C.ports.size()]); inet_pton(AF_INET, C.host.c_str(), &a.sin_addr);
  c.t0 = now(); c.st = CONN; inflight++; connect(c.fd, (sockaddr*)&a, sizeof a);
  epoll_event e{}; e.events = EPOLLIN | EPOLLOUT; e.data.u32 = c.idx; c.wantw = true; epoll_ctl(ep, EPOLL_CTL_ADD, c.fd, &e);
}
static vector<string> hdrlines;
static void handshake(Client& c) {
  string r = "GET " + tmpl(C.path, c) + " HTTP/1.1\r\nHost: " + C.host + ":" + std::to_string(C.ports[0]) +
    "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
  if (C.deflate) r += "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
  if (!C.origin.empty()) r += "Origin: " + C.origin + "\r\n";
  for (auto& h : C.hdrs) r += tmpl(h, c) + "\r\n";
  if (!hdrlines.empty()) r += hdrlines[c.idx % hdrlines.size()] + "\r\n";
  c.out = r + "\r\n"; c.st = HS; flush(c);
}
static void ready(Client& c) { if (c.st == READY) return; c.st = READY; c.tready = now(); nready++; inflight--; }
static void mark(Client& c, uint64_t id, double t) {
  if (id >= posts.size()) { unknown++; return; }
  Post& p = posts[id]; if (p.board != c.board) { unknown++; return; }
  if (c.seen.size() <= id / 64) c.seen.resize(id / 64 + 256);
  uint64_t b = 1ull << (id & 63); if (c.seen[id / 64] & b) { dups++; p.dup++; return; }
  c.seen[id / 64] |= b; p.got++; p.last = t; deliveries++;
  if (p.t >= wstart && p.t < wend) { wdel++; dlat.push_back(float(t - p.t)); }
}
static void onmsg(Client& c, const char* d, size_t L, double t) {
  if (!C.raw) {
    if (L && d[0] == '2') { frame(c, "3" + string(d + 1, L - 1)); flush(c); return; }
    if (c.st == OPENED && L && d[0] == '0' && C.eio == 4) { frame(c, tmpl(C.auth, c)); flush(c); return; }
    if (c.st == OPENED && L > 1 && d[0] == '4' && d[1] == '0') {
      for (auto& m : C.onconn) frame(c, tmpl(m, c));
      flush(c); if (C.ready.empty()) ready(c); return;
    }
    if (L > 1 && d[0] == '4' && d[1] == '4') { kill_(c); return; }
  }
  if (c.st == OPENED) { c.joinbytes += L; if (!C.ready.empty() && memmem(d, L, C.ready.data(), C.ready.size())) ready(c); }
  if (L > 2 && d[0] == '4' && d[1] == '3') {
    size_t k = 2; if (d[k] == '/') { while (k < L && d[k] != ',') k++; k++; }
    uint64_t id = 0; bool any = false; while (k < L && d[k] >= '0' && d[k] <= '9') { id = id * 10 + d[k] - '0'; k++; any = true; }
    if (any && id < posts.size() && !posts[id].acked) {
      if (!C.ackok.empty() && !memmem(d, L, C.ackok.data(), C.ackok.size())) { if (!refused++) firstrefusal.assign(d, std::min<size_t>(L, 300)); posts[id].bad = true; return; }
      posts[id].acked = true; posts[id].ack = t;
    }
    return;  // an ack that echoes the item is not a "seen on board"
  }
  if (!C.event.empty() && (L < 4 + C.event.size() || memcmp(d, "42[\"", 4) || memcmp(d + 4, C.event.data(), C.event.size()))) return;
  const char* p = d; const char* e = d + L;
  while (p + 4 < e && (p = (const char*)memmem(p, e - p, "zqm", 3))) {
    p += 3; uint64_t id = 0; bool any = false; while (p < e && *p >= '0' && *p <= '9') { id = id * 10 + *p - '0'; p++; any = true; }
    if (any && p < e && *p == 'q') mark(c, id, t);
  }
}
static string zbuf(1 << 20, 0);
static bool inflate_(Client& c, string& s) {
  if (!c.zinit) { memset(&c.z, 0, sizeof c.z); inflateInit2(&c.z, -15); c.zinit = true; } else if (c.znoctx) inflateReset(&c.z);
  s.append("\0\0\xff\xff", 4); string out; c.z.next_in = (Bytef*)s.data(); c.z.avail_in = s.size();
  do { c.z.next_out = (Bytef*)&zbuf[0]; c.z.avail_out = zbuf.size(); int r = inflate(&c.z, Z_SYNC_FLUSH); if (r != Z_OK && r != Z_BUF_ERROR && r != Z_STREAM_END) return false; out.append(zbuf.data(), zbuf.size() - c.z.avail_out); } while (c.z.avail_out == 0);
  s.swap(out); zframes++; return true;
}
static char rb[1 << 18];
static void onread(Client& c) {
  for (;;) {
    ssize_t r = recv(c.fd, rb, sizeof rb, 0); if (r == 0) { kill_(c); return; } if (r < 0) { if (errno != EAGAIN) kill_(c); return; }
    double t = now(); bool inw = t >= wstart && wstart > 0 && (wend == 0 || t < wend + C.drain);
    wire += r; if (inw) wwire += r; c.in.append(rb, r); bool full = r == (ssize_t)sizeof rb;
    if (c.st == HS) {
      size_t p = c.in.find("\r\n\r\n"); if (p == string::npos) return;
      if (c.in.compare(0, 12, "HTTP/1.1 101")) { static int once = 0; if (!once++) fprintf(stderr, "handshake refused: %s\n", c.in.substr(0, 300).c_str()); kill_(c); return; }
      string h = c.in.substr(0, p); for (auto& ch : h) ch = tolower(ch); c.zon = h.find("permessage-deflate") != string::npos; c.znoctx = h.find("server_no_context_takeover") != string::npos;
      c.pos = p + 4; c.st = OPENED; if (C.raw) { for (auto& m : C.onconn) frame(c, tmpl(m, c)); flush(c); if (C.ready.empty()) ready(c); }
    }
    for (;;) {
      size_t av = c.in.size() - c.pos; if (av < 2) break; const unsigned char* b = (const unsigned char*)c.in.data() + c.pos;
      uint64_t L = b[1] & 127; size_t hl = 2; if (L == 126) { if (av < 4) break; L = b[2] << 8 | b[3]; hl = 4; } else if (L == 127) { if (av < 10) break; L = 0; for (int i = 0; i < 8; i++) L = L << 8 | b[2 + i]; hl = 10; }
      if (av < hl + L) break; int op = b[0] & 15; bool fin = b[0] & 128, z = b[0] & 64; const char* d = (const char*)b + hl; c.pos += hl + L;
      frames++; payload += L; if (inw) { wframes++; wpayload += L; tlastframe = t; }
      if (op == 8) { kill_(c); return; } if (op == 9) { frame(c, string(d, L), 10); flush(c); continue; } if (op == 10) continue;
      if (fin && op && !z) onmsg(c, d, L, t);
      else { if (op) { c.frag.clear(); c.fragz = z; } c.frag.append(d, L); if (fin) { string m; m.swap(c.frag); if (c.fragz && !inflate_(c, m)) { fprintf(stderr, "inflate error\n"); kill_(c); return; } onmsg(c, m.data(), m.size(), t); } }
      if (c.st == DEAD) return;
    }
    if (c.pos == c.in.size()) { c.in.clear(); c.pos = 0; } else if (c.pos > (1 << 16)) { c.in.erase(0, c.pos); c.pos = 0; }
    if (!full) return;
  }
}
static void poll_(double until) {  // one epoll pass, waits at most until 'until'
  static epoll_event ev[1024]; double w = until - now(); if (w < 0) w = 0; if (w > 0.05) w = 0.05;
  timespec ts{(time_t)w, (long)((w - (time_t)w) * 1e9)}; int k = epoll_pwait2(ep, ev, 1024, &ts, nullptr);
  for (int i = 0; i < k; i++) { Client& c = cl[ev[i].data.u32]; if (c.st == DEAD) continue;
    if (ev[i].events & (EPOLLHUP | EPOLLERR) && c.st == CONN) { kill_(c); continue; }
    if (ev[i].events & EPOLLOUT) { if (c.st == CONN) { handshake(c); } else flush(c); }
    if (c.st != DEAD && ev[i].events & (EPOLLIN | EPOLLHUP)) onread(c); }
}
static double cpu(int pid) {
  double s = 0; string d = "/proc/" + std::to_string(pid) + "/task"; DIR* D = opendir(d.c_str()); if (!D) return 0;
  while (dirent* e = readdir(D)) { if (e->d_name[0] == '.') continue; std::ifstream f(d + "/" + e->d_name + "/schedstat"); double v = 0; f >> v; s += v * 1e-9; } closedir(D); return s;
}
static long rss(int pid) { std::ifstream f("/proc/" + std::to_string(pid) + "/status"); string l; while (getline(f, l)) if (!l.compare(0, 6, "VmRSS:")) return atol(l.c_str() + 6); return 0; }
static double cpus() { double s = 0; for (int p : C.pids) s += cpu(p); return s; }
static long rsss() { long s = 0; for (int p : C.pids) s += rss(p); return s; }
template <class T> static double q(vector<T>& v, double f) { if (v.empty()) return -1; size_t k = std::min(v.size() - 1, (size_t)(f * v.size())); std::nth_element(v.begin(), v.begin() + k, v.end()); return v[k]; }
static void ms(const char* name, vector<float>& v) { printf(",\"%s_ms\":{\"p50\":%.2f,\"p95\":%.2f,\"p99\":%.2f,\"max\":%.2f}", name, q(v, .5) * 1e3, q(v, .95) * 1e3, q(v, .99) * 1e3, q(v, .99999999) * 1e3); }

int main(int ac, char** av) {
  for (int i = 1; i + 1 < ac; i += 2) { string k = av[i], v = av[i + 1];
    if (k == "--host") C.host = v; else if (k == "--port") { C.ports.clear(); for (size_t p = 0; p < v.size();) { size_t e = v.find(',', p); if (e == string::npos) e = v.size(); C.ports.push_back(stoi(v.substr(p, e - p))); p = e + 1; } } else if (k == "--path") C.path = v; else if (k == "--auth") C.auth = v;
    else if (k == "--n") C.n = stoi(v); else if (k == "--posters") C.posters = stoi(v); else if (k == "--boards") C.boards = stoi(v); else if (k == "--rate") C.rate = stod(v);
    else if (k == "--warm") C.warm = stod(v); else if (k == "--dur") C.dur = stod(v); else if (k == "--drain") C.drain = stod(v); else if (k == "--pad") C.pad = stoi(v);
    else if (k == "--post") C.post = v; else if (k == "--on-connect") C.onconn.push_back(v); else if (k == "--ready") C.ready = v; else if (k == "--header") C.hdrs.push_back(v);
    else if (k == "--headers-file") C.hdrfile = v; else if (k == "--deflate") C.deflate = stoi(v); else if (k == "--raw") C.raw = stoi(v); else if (k == "--echo") C.echo = stoi(v);
    else if (k == "--connect-rate") C.connrate = stod(v); else if (k == "--inflight") C.inflight = stoi(v); else if (k == "--connect-timeout") C.conntimeout = stod(v); else if (k == "--hold") C.hold = stod(v);
    else if (k == "--pid") C.pids.push_back(stoi(v)); else if (k == "--arrival") C.poisson = v == "poisson"; else if (k == "--seed") C.seed = stoi(v); else if (k == "--origin") C.origin = v; else if (k == "--label") C.label = v;
    else if (k == "--labs-file") C.labsfile = v; else if (k == "--event") C.event = v; else if (k == "--ack-ok") C.ackok = v; else if (k == "--eio") C.eio = stoi(v); else { fprintf(stderr, "unknown %s\n", k.c_str()); return 2; } }
  if (C.post.empty()) C.post = "42{ack}[\"post\",{\"board\":\"b{b}\",\"col\":\"strengths\",\"text\":\"{m} {pad}\"}]";
  if (!C.posters) C.posters = std::min(C.n, 50);
  if (!C.hdrfile.empty()) { std::ifstream f(C.hdrfile); string l; while (getline(f, l)) hdrlines.push_back(l); }
  if (!C.labsfile.empty()) { std::ifstream f(C.labsfile); string a, b; while (f >> a >> b) lablist.push_back({a, b}); }
  rlimit rl{65536, 65536}; if (setrlimit(RLIMIT_NOFILE, &rl)) { getrlimit(RLIMIT_NOFILE, &rl); rl.rlim_cur = rl.rlim_max; setrlimit(RLIMIT_NOFILE, &rl); }
  signal(SIGPIPE, SIG_IGN); rng.seed(C.seed); ep = epoll_create1(0); cl.resize(C.n); boardn.assign(C.boards, 0);
  { const char* sy[] = {"ka","lo","mi","tra","ven","sol","re","ti","du","pan","or","est","ing","al","un","ber","cor","dis","fe","gri"}; for (int i = 0; i < 400; i++) { string w; int n = 1 + rng() % 3; while (n--) w += sy[rng() % 20]; words.push_back(w); } }
  for (int i = 0; i < C.n; i++) { cl[i].idx = i; cl[i].board = i % C.boards; boardn[cl[i].board]++; }
  long rss0 = rsss(); double c0 = cpus(), T0 = now(); int started = 0;
  while (nready + ndead < C.n && now() - T0 < C.conntimeout) {
    int want = C.connrate > 0 ? std::min<double>(C.n, 1 + (now() - T0) * C.connrate) : C.n;
    while (started < want && (!C.inflight || inflight < C.inflight)) start(cl[started++]);
    poll_(now() + 0.002);
  }
  double tconn = now() - T0, cconn = cpus() - c0; vector<float> jl; uint64_t jb = 0; for (auto& c : cl) if (c.st == READY) { jl.push_back(c.tready - c.t0); jb += c.joinbytes; }
  double hl = now() + C.hold; while (now() < hl) poll_(hl);
  long rss1 = rsss(); int rdy = nready; uint64_t connwire = wire;
  double P0 = now(), next = P0, endp = P0 + C.warm + C.dur; wstart = P0 + C.warm; wend = endp; std::exponential_distribution<double> ex(std::max(C.rate, 1e-9)); double cw0 = -1; double late = 0, lgc0 = 0; uint64_t rr = 0;
  auto selfcpu = [] { rusage u; getrusage(RUSAGE_SELF, &u); return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6; };
  posts.reserve(C.rate * (C.warm + C.dur) * 2 + 1000); dlat.reserve(1 << 20);
  while (now() < endp) {
    double t = now(); if (cw0 < 0 && t >= wstart) { cw0 = cpus(); lgc0 = selfcpu(); }
    while (C.rate > 0 && next <= t && next < endp) {
      Client* c = nullptr; for (int tries = 0; tries < C.posters && (!c || c->st != READY); tries++) c = &cl[rr++ % C.posters];
      if (!c || c->st != READY) break;
      Post p; p.t = next; p.board = c->board; p.last = 0; uint64_t id = posts.size(); posts.push_back(p); string pad; while ((int)pad.size() < C.pad) { if (!pad.empty()) pad += ' '; pad += words[rng() % words.size()]; } pad.resize(C.pad);
      string m = tmpl(C.post, *c); m = rep(m, "{m}", "zqm" + std::to_string(id) + "q"); m = rep(m, "{pad}", pad); m = rep(m, "{ack}", std::to_string(id)); if (m.find("{key}") != string::npos) m = rep(m, "{key}", newkey()); if (m.find("{ack12}") != string::npos) { char h[16]; snprintf(h, 16, "%010lu", (unsigned long)id); m = rep(m, "{ack12}", h); } m = rep(m, "{x}", std::to_string(rng() % 2000)); m = rep(m, "{y}", std::to_string(rng() % 1200));
      frame(*c, m); flush(*c); late = std::max(late, now() - next);
      next += C.poisson ? ex(rng) : 1.0 / C.rate;
    }
    poll_(C.rate > 0 ? std::min(next, endp) : endp);
  }
  double cw1 = cpus(), lgc1 = selfcpu(); double de = now() + C.drain; auto missing = [&] { long m = 0; for (auto& p : posts) { int ex = boardn[p.board] - (C.echo ? 0 : 1); m += std::max(0, ex - p.got); } return m; };
  double chk = 0; while (now() < de) { poll_(de); if (now() > chk) { chk = now() + 0.25; if (!missing()) break; } }
  double cw2 = cpus(); long rss2 = rsss(); vector<float> al, sl; long expd = 0, got = 0, npw = 0, acked = 0, complete = 0;
  for (auto& p : posts) if (p.t >= wstart && p.t < wend) { npw++; int e = boardn[p.board] - (C.echo ? 0 : 1); expd += e; got += p.got; if (p.acked) { acked++; al.push_back(p.ack - p.t); } if (p.got >= e) { complete++; sl.push_back(p.last - p.t); } }
  double secs = wend - wstart, cput = cw2 - cw0;
  printf("{\"label\":\"%s\",\"n\":%d,\"posters\":%d,\"boards\":%d,\"rate\":%g,\"dur\":%g,\"deflate\":%d,\"ready\":%d,\"failed\":%d,\"connect_s\":%.3f,\"connect_cpu_s\":%.3f,\"connect_bytes_per_client\":%.0f,\"join_bytes_per_client\":%.0f", C.label.c_str(), C.n, C.posters, C.boards, C.rate, C.dur, C.deflate, rdy, nfail, tconn, cconn, double(connwire) / C.n, jl.empty() ? 0 : double(jb) / jl.size());
  ms("join", jl); printf(",\"posts\":%ld,\"acked\":%ld,\"complete\":%ld,\"expected\":%ld,\"delivered\":%ld,\"dups\":%lu,\"lost_clients\":%d", npw, acked, complete, expd, got, dups, ndead - nfail);
  ms("ack", al); ms("seen_all", sl); ms("seen", dlat);
  printf(",\"deliv_per_s\":%.0f,\"frames_per_s\":%.0f,\"wire_bytes_per_delivery\":%.1f,\"cpu_window_s\":%.3f,\"cpu_util\":%.3f,\"cpu_s_per_1k_deliv\":%.5f,\"rss0_kb\":%ld,\"rss1_kb\":%ld,\"rss2_kb\":%ld,\"rss_per_conn_kb\":%.1f,\"lg_util\":%.3f,\"lg_late_ms\":%.2f,\"zframes\":%lu,\"refused\":%lu,\"first_refusal\":\"%s\"}\n",
    got / secs, wframes / secs, got ? double(wwire) / got : 0, cput, (cw1 - cw0) / secs, got ? cput / got * 1000 : 0, rss0, rss1, rss2, double(rss1 - rss0) / std::max(1, rdy), (lgc1 - lgc0) / secs, late * 1e3, zframes, refused, rep(firstrefusal, "\"", "'").c_str());
  return 0;
}
