// Losant's API in the form in which its framework takes one: all actions of internal/api/losant.json, their schemas written
// out again, because the framework knows no references but within one.
import { readFileSync } from 'node:fs';
import { ApiDefinition } from 'bravado-core';

const file = new URL('../internal/api/losant.json', import.meta.url);
export const description = JSON.parse(readFileSync(file));

const keywords = [
  'type', 'enum', 'format', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems', 'uniqueItems',
  'required', 'minProperties', 'maxProperties',
];

// schema is a schema of the description as JSON Schema. One that is inside of itself stays a reference, as Losant's are.
function schema(node, inside = []) {
  if (node.ref) {
    if (inside.includes(node.ref)) { return { $ref: `#/definitions/${node.ref}` }; }
    return schema(description.schemas[node.ref], [...inside, node.ref]);
  }
  const result = {};
  for (const keyword of keywords) {
    if (node[keyword] !== undefined) { result[keyword] = node[keyword]; }
  }
  if (node.type?.length === 1) { [result.type] = node.type; }
  if (node.items) { result.items = schema(node.items, inside); }
  if (node.closed) { result.additionalProperties = false; }
  if (node.additional) { result.additionalProperties = schema(node.additional, inside); }
  if (node.properties) {
    result.properties = Object.fromEntries(node.properties.map((p) => [p.name, schema(p.schema, inside)]));
  }
  if (node.patternProperties) {
    result.patternProperties = Object.fromEntries(node.patternProperties.map((p) => [p.pattern, schema(p.schema, inside)]));
  }
  for (const choice of ['oneOf', 'anyOf']) {
    if (node[choice]) { result[choice] = node[choice].map((alternative) => schema(alternative, inside)); }
  }
  return result;
}

const places = { path: 'path', query: 'query', form: 'multipart' };

function params({ parameters = [], body }) {
  const all = parameters.map(({ schema: name, in: place, ...parameter }) => ({
    ...parameter,
    in: places[place],
    ...(name ? { schema: { $ref: `#/definitions/${name}` } } : {}),
  }));
  if (body) {
    const first = all.findIndex((p) => p.in !== 'path');
    const at = body.last || first < 0 ? all.length : first;
    all.splice(at, 0, {
      name: body.name, in: 'body', required: body.required, schema: { $ref: `#/definitions/${body.schema}` },
    });
  }
  return all;
}

function auth({ resource, name, scopes, scope, noToken }) {
  return noToken ? [] : [...description.scopes[scopes], `${resource}.*`, scope ?? `${resource}.${name}`];
}

const resources = {};
for (const action of description.actions) {
  resources[action.resource] ??= { path: action.path, actions: {} };
  const resource = resources[action.resource];
  if (action.path.length < resource.path.length) { resource.path = action.path; }
  resource.actions[action.name] = { method: action.method, path: action.path, auth: auth(action), params: params(action) };
}
for (const resource of Object.values(resources)) {
  for (const action of Object.values(resource.actions)) {
    // auth has no path of its own; its actions differ in more than their ends.
    action.fullPath = action.path;
    action.path = action.path.slice(resource.path.length);
  }
}

const named = new Set(description.actions.flatMap(({ parameters = [], body }) => (
  [...parameters.map((p) => p.schema), body?.schema].filter(Boolean)
)));
const definitions = Object.fromEntries([...named].map((name) => [name, schema({ ref: name })]));

export const api = new ApiDefinition({ definitions, resources });
