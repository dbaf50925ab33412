// Losant's official client, called as stdin says: each line is a JSON object {url, accessToken, resource, action, params}.
// For each, one line goes to stdout: {"result"}, or {"error"} with what the client says of it. A parameter {file, content} is
// a file of a form. With "event" it is a stream: a line {"open"} says that it is open, and the result is the first event of
// that name, with its type and its data.
import readline from 'node:readline';
import losant from 'losant-rest';

const client = losant.createClient();

function withFiles(params) {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => {
    const isFile = value !== null && typeof value === 'object' && 'file' in value && 'content' in value;
    return [name, isFile ? Object.assign(Buffer.from(value.content), { name: value.file }) : value];
  }));
}

function firstEvent(source, name) {
  return new Promise((resolve) => {
    source.addEventListener(name, ({ type, data }) => {
      source.close();
      resolve({ type, data: JSON.parse(data) });
    });
    console.log(JSON.stringify({ open: true }));
  });
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { url, accessToken, resource, action, params, event } = JSON.parse(line);
  let outcome;
  try {
    const result = await client[resource][action](withFiles(params), { url, accessToken });
    outcome = { result: event ? await firstEvent(result, event) : result };
  } catch ({ statusCode, type, message }) {
    outcome = { error: { statusCode, type, message } };
  }
  console.log(JSON.stringify(outcome));
}
