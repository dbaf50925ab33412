// Losant's official client, called as stdin says: each line is a JSON object {url, accessToken, resource, action, params}.
// For each, one line goes to stdout: {"result"}, or {"error"} with what the client says of it.
import readline from 'node:readline';
import losant from 'losant-rest';

const client = losant.createClient();

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { url, accessToken, resource, action, params } = JSON.parse(line);
  let outcome;
  try {
    outcome = { result: await client[resource][action](params, { url, accessToken }) };
  } catch ({ statusCode, type, message }) {
    outcome = { error: { statusCode, type, message } };
  }
  console.log(JSON.stringify(outcome));
}
