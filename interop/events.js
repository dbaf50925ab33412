// A server of events that is not ours: better-sse. Each connection brings two states, the first of which has the id after that
// in Last-Event-ID, and comments in between. A line of JSON tells that header when the connection ends.
import { createServer } from "node:http";
import { createSession } from "better-sse";

const keepAlive = 20; // milliseconds

const server = createServer(async (request, response) => {
  const session = await createSession(request, response, { keepAlive, retry: 10 });
  const state = (n) => session.push({ data: { n, text: "ä\u2028\n" } }, "deviceState", String(n));
  const first = Number(session.lastId || 0) + 1;
  if (first === 1) {
    session.push("for somebody else", "other", "0");
  }
  state(first);
  setTimeout(() => { // when some keep-alives have come
    state(first + 1);
    console.log(JSON.stringify(request.headers["last-event-id"] ?? ""));
    response.end();
  }, 5 * keepAlive);
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })));
process.stdin.resume().on("end", () => process.exit());
