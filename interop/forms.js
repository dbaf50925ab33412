// Readers of forms, none of which is ours. The first segment of the path names the reader; a line of JSON tells what it has
// read: the parts in their order; of multer, the fields that it had when the file began, the file, and the other fields.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import busboy from "busboy";
import formidable from "formidable";
import multer from "multer";

const sum = (chunks) => chunks.reduce((hash, chunk) => hash.update(chunk), createHash("sha256")).digest("hex");
const sumOf = async (stream) => sum(await stream.toArray());

const readers = {
  async busboy(request) {
    const parts = [];
    const form = busboy({ headers: request.headers, defParamCharset: "utf8", preservePath: true });
    form.on("field", (name, value) => parts.push({ name, value }));
    form.on("file", (name, stream, { filename, mimeType }) => {
      const part = { name, filename, type: mimeType };
      parts.push(sumOf(stream).then((sum) => ({ ...part, sum })));
    });
    await new Promise((resolve, reject) => request.pipe(form).on("close", resolve).on("error", reject));
    return Promise.all(parts);
  },
  async formidable(request) {
    const parts = [];
    const form = formidable({});
    form.onPart = (part) => {
      const { name, originalFilename: filename, mimetype: type } = part;
      const content = [];
      part.on("data", (chunk) => content.push(chunk));
      parts.push(() => filename === null
        ? { name, value: Buffer.concat(content).toString() }
        : { name, filename, type, sum: sum(content) });
    };
    await form.parse(request);
    return parts.map((part) => part());
  },
  async multer(request) {
    const parts = [];
    const addFields = () => {
      for (const [name, value] of Object.entries(request.body)) {
        if (!parts.some((part) => part.name === name)) {
          parts.push({ name, value });
        }
      }
    };
    const storage = {
      _handleFile(_, file, done) {
        addFields();
        sumOf(file.stream).then((sum) => {
          parts.push({ name: file.fieldname, filename: file.originalname, type: file.mimetype, sum });
          done(null, {});
        }, done);
      },
    };
    const read = multer({ storage, defParamCharset: "utf8", preservePath: true }).any();
    await new Promise((resolve, reject) => read(request, {}, (error) => error ? reject(error) : resolve()));
    addFields();
    return parts;
  },
};

const server = createServer(async (request, response) => {
  const [, reader, path] = /^\/(\w+)(.*)$/.exec(new URL(request.url, "http://x").pathname);
  try {
    console.log(JSON.stringify({ parts: await readers[reader](request) }));
    response.writeHead(path === "/applications/import" ? 201 : 200).end("{}");
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
    response.writeHead(400).end("{}");
  }
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })));
process.stdin.resume().on("end", () => process.exit());
