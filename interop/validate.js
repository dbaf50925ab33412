// Losant's JSON schemas, asked as stdin says: each line is a JSON object {schema, patch}. For each, one line goes to stdout:
// {units, points}, the names of the properties that the schema refuses. Losant's validator counts the lengths of texts in
// UTF-16 code units; the second list is its verdict when every character counts as one, as JSON Schema has it.
import readline from 'node:readline';
import validator from 'is-my-json-valid';
import * as schemas from './schemas.js';

const validators = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, validator(schema)]));

function refused(schema, patch) {
  const validate = validators[schema];
  validate(patch);
  return [...new Set((validate.errors ?? []).map(({ field }) => /^data\.?(\w*)/.exec(field)[1]))].sort();
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { schema, patch } = JSON.parse(line);
  const units = refused(schema, patch);
  const narrow = line.replace(/[\u{10000}-\u{10ffff}]/gu, '☺');
  const points = narrow === line ? units : refused(schema, JSON.parse(narrow).patch);
  console.log(JSON.stringify({ units, points }));
}
