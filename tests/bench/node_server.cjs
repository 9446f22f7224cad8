// The Node baseline: socket.io and SQLite (WAL, synchronous=FULL), one insert and one emit per post. No rights, no validation.
// Arguments: port, database file.
const { createServer } = require("node:http");
const { DatabaseSync } = require("node:sqlite");
const { Server } = require("socket.io");

const [, , port, file] = process.argv;
const database = new DatabaseSync(file);
database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
database.exec("CREATE TABLE item (id INTEGER PRIMARY KEY, board TEXT, author TEXT, text TEXT, created REAL)");
const insert = database.prepare("INSERT INTO item (board, author, text, created) VALUES (?, ?, ?, ?)");
const all = database.prepare("SELECT id, author, text, created AS ts FROM item WHERE board = ?");

const server = createServer();
const io = new Server(server);
io.on("connection", (socket) => {
  socket.on("join", (wanted, done) => {
    socket.join(wanted.board);
    if (done) done(wanted.all ? { ok: 1, items: all.all(wanted.board) } : { ok: 1 });
  });
  socket.on("post", (said, done) => {
    const ts = Date.now() / 1000;
    const id = Number(insert.run(said.board, socket.id, said.text, ts).lastInsertRowid);
    io.to(said.board).emit("item", { id, author: socket.id, text: said.text, ts });
    done({ ok: 1, id });
  });
});
server.listen({ port: Number(port), host: "127.0.0.1", backlog: 4096 });
