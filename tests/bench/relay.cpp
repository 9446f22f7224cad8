// Physical-limit server: single-thread epoll, no DB, no JSON work: relays the posted text inside one pre-framed
// message (or, with a tick argument, one frame per board per tick) to every socket of the board with one send() each. Build: g++ -O2 -o relay relay.cpp -lcrypto ; argv: port [tick_ms]
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <time.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <map>
#include <string>
#include <vector>
using namespace std; struct K { string in, out; bool up = false; string board; }; static map<int, K> k; static map<string, vector<int>> rooms; static int ep, tick = 0; static long seq = 0; static map<string, string> outbox; static double nextt = 0; static double now() { timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec * 1e-9; }
static string frm(const string& m) { string f; f += (char)0x81; size_t n = m.size(); if (n < 126) f += (char)n; else { f += (char)126; f += (char)(n >> 8); f += (char)n; } return f + m; }
static void snd(int fd, const string& s) { K& c = k[fd]; if (c.out.empty()) { ssize_t r = send(fd, s.data(), s.size(), MSG_NOSIGNAL | MSG_DONTWAIT); if (r == (ssize_t)s.size()) return; if (r < 0) r = 0; c.out = s.substr(r); epoll_event e{}; e.events = EPOLLIN | EPOLLOUT; e.data.fd = fd; epoll_ctl(ep, EPOLL_CTL_MOD, fd, &e); } else c.out += s; }
static string fld(const string& t, const char* n) { string q = string("\"") + n + "\":\""; size_t p = t.find(q); if (p == string::npos) return ""; p += q.size(); size_t e = t.find('"', p); return t.substr(p, e - p); }
static void msg(int fd, const string& t) { if (!t.compare(0, 2, "40")) snd(fd, frm("40{\"sid\":\"s\"}")); else if (!t.compare(0, 2, "42")) { size_t b = t.find('['); if (!t.compare(b, 6, "[\"join")) { K& c = k[fd]; c.board = fld(t, "board"); rooms[c.board].push_back(fd); } else {
  string out = frm("42[\"item\",{\"id\":" + to_string(++seq) + ",\"col\":\"" + fld(t, "col") + "\",\"author\":\"sssssssssssssssssss\",\"text\":\"" + fld(t, "text") + "\",\"ts\":1795351234567}]"); if (tick) { string& o = outbox[fld(t, "board")]; if (o.empty()) { if (nextt < now()) nextt = now() + tick / 1e3; } else o += ","; o += out.substr(10, out.size() - 11); } else for (int f : rooms[fld(t, "board")]) snd(f, out); snd(fd, frm("43" + t.substr(2, b - 2) + "[{\"ok\":1,\"id\":" + to_string(seq) + "}]")); } } }
static void drop(int fd) { auto& r = rooms[k[fd].board]; for (size_t i = 0; i < r.size(); i++) if (r[i] == fd) { r.erase(r.begin() + i); break; } k.erase(fd); close(fd); }
static void flushall() { for (auto& b : outbox) if (!b.second.empty()) { string f = frm("42[\"d\",[" + b.second + "]]"); for (int x : rooms[b.first]) snd(x, f); b.second.clear(); } }
int main(int ac, char** av) { if (ac > 2) tick = atoi(av[2]); signal(SIGPIPE, SIG_IGN); int l = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1; setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, 4); setsockopt(l, IPPROTO_TCP, TCP_NODELAY, &one, 4); sockaddr_in a{}; a.sin_family = AF_INET; a.sin_port = htons(atoi(av[1])); a.sin_addr.s_addr = htonl(INADDR_LOOPBACK); if (bind(l, (sockaddr*)&a, sizeof a)) return 1; listen(l, 4096); ep = epoll_create1(0); epoll_event e{}; e.events = EPOLLIN; e.data.fd = l; epoll_ctl(ep, EPOLL_CTL_ADD, l, &e); static char b[65536]; epoll_event ev[512];
  for (;;) { if (tick && now() >= nextt) flushall(); int n = epoll_wait(ep, ev, 512, tick ? 2 : -1); for (int i = 0; i < n; i++) { int fd = ev[i].data.fd; if (fd == l) { int c; while ((c = accept4(l, 0, 0, SOCK_NONBLOCK)) >= 0) { k[c]; epoll_event x{}; x.events = EPOLLIN; x.data.fd = c; epoll_ctl(ep, EPOLL_CTL_ADD, c, &x); } continue; } if (!k.count(fd)) continue; K& c = k[fd];
    if (ev[i].events & EPOLLOUT) { ssize_t r = send(fd, c.out.data(), c.out.size(), MSG_NOSIGNAL | MSG_DONTWAIT); if (r > 0) c.out.erase(0, r); if (c.out.empty()) { epoll_event x{}; x.events = EPOLLIN; x.data.fd = fd; epoll_ctl(ep, EPOLL_CTL_MOD, fd, &x); } }
    if (!(ev[i].events & (EPOLLIN | EPOLLHUP))) continue; ssize_t r = recv(fd, b, sizeof b, MSG_DONTWAIT); if (r <= 0) { if (r < 0 && errno == EAGAIN) continue; drop(fd); continue; } c.in.append(b, r);
    if (!c.up) { size_t p = c.in.find("\r\n\r\n"); if (p == string::npos) continue; size_t q = c.in.find("Sec-WebSocket-Key: "); string key = c.in.substr(q + 19, 24) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; unsigned char h[20], o[64]; SHA1((unsigned char*)key.data(), key.size(), h); EVP_EncodeBlock(o, h, 20); c.in.erase(0, p + 4); c.up = true; snd(fd, string("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ") + (char*)o + "\r\n\r\n"); snd(fd, frm("0{\"sid\":\"s\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000}")); }
    bool dead = false; while (c.in.size() >= 6) { unsigned char* p = (unsigned char*)&c.in[0]; size_t L = p[1] & 127, hl = 2; if (L == 126) { L = p[2] << 8 | p[3]; hl = 4; } if (c.in.size() < hl + 4 + L) break; int op = p[0] & 15; string t((char*)p + hl + 4, L); for (size_t j = 0; j < L; j++) t[j] ^= p[hl + (j & 3)]; c.in.erase(0, hl + 4 + L); if (op == 8) { dead = true; break; } if (op == 1) msg(fd, t); } if (dead) drop(fd); } } }
