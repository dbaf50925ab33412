// An HTTP server around Losant's own framework, with the two resources of this SDK.
//
// It reads an array of applications from the first line of stdin, prints {"url"} when it is ready and ends with stdin.
// Tokens are what JWT_SECRET, JWT_ALGO and JWT_ISSUER say: the framework reads them from the environment.
//
// What comes before the framework, routes and bodies, is written here after the known behaviour of Losant's server; all
// from the parameters of a request to the answer is the framework's.
import http from 'node:http';
import querystring from 'node:querystring';
import readline from 'node:readline';
import handler from 'bravado-core';
import { api } from './api.js';
import { Store } from './store.js';

const store = new Store();

const controllers = {
  experienceGroup: {
    get: (params, context) => context.succeed(context.entity('experienceGroup', store.getGroup(params))),
    patch: (params, context) => context.succeed(context.entity('experienceGroup', store.patchGroup(params))),
    delete(params, context) {
      store.deleteGroup(params);
      context.succeed({ success: true });
    },
  },
  experienceUser: {
    get: (params, context) => context.succeed(context.entity('experienceUser', store.getUser(params))),
    patch: (params, context) => context.succeed(context.entity('experienceUser', store.patchUser(params))),
    delete(params, context) {
      store.deleteUser(params);
      context.succeed({ success: true });
    },
  },
};

const routes = Object.entries(api.resources).flatMap(([name, resource]) => (
  Object.entries(resource.actions).map(([action, { method }]) => ({
    method,
    segments: resource.path.split('/'),
    handle: handler(api, name, action, controllers[name]),
  }))
));

// The route of a request and the parameters in its path. Longer parameters than 100 characters match no route, and no more
// do those that decode to nothing.
function match(method, path) {
  const given = path.replace(/\/$/, '').split('/').map(decode);
  for (const route of routes) {
    const parameters = {};
    const fits = route.segments.every((segment, i) => {
      const parameter = /^\{(.*)\}$/.exec(segment);
      if (parameter) { parameters[parameter[1]] = given[i]; }
      return parameter ? given[i]?.length > 0 && given[i].length <= 100 : given[i] === segment;
    });
    if (fits && route.method === method && given.length === route.segments.length) { return { route, parameters }; }
  }
  throw failure(405, { type: 'MethodNotAllowed', message: `${method} is not allowed` });
}

function decode(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return ''; // which no route has, but for its beginning
  }
}

// The value of a body: undefined for none, and where none is looked for. Without a known type it is not even read.
async function bodyOf(request) {
  const chunks = await request.toArray();
  const text = Buffer.concat(chunks).toString();
  const type = (request.headers['content-type'] ?? 'application/octet-stream').split(';')[0].trim().toLowerCase();
  if (text === '' || request.method === 'GET' || request.method === 'HEAD' || type === 'application/octet-stream') {
    return undefined;
  }
  if (type === 'application/x-www-form-urlencoded') { return querystring.parse(text); }
  if (type !== 'application/json' && !/^application\/.*\+json$/.test(type)) { return text; }
  try {
    return JSON.parse(text);
  } catch ({ message }) {
    throw failure(400, { code: 'InvalidContent', message: `Invalid JSON: ${message}` });
  }
}

const failure = (statusCode, answer) => Object.assign(new Error(answer.message), { statusCode, answer });

async function answer(request) {
  const [path, query] = request.url.split(/\?(.*)/s);
  const body = await bodyOf(request);
  const { route, parameters } = match(request.method, path);
  return new Promise((succeed, fail) => {
    const event = {
      httpRequest: true,
      request: { headers: request.headers, path: parameters, querystring: querystring.parse(query), body },
    };
    const done = (error, result) => (error ? fail(error) : succeed(result));
    route.handle(event, { done, succeed, fail });
  });
}

function send(response, statusCode, body) {
  response.writeHead(statusCode, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

const server = http.createServer((request, response) => {
  answer(request).then(
    (result) => send(response, 200, result),
    (error) => send(
      response,
      error.statusCode ?? 500,
      error.answer ?? { type: error.type ?? 'Error', message: error.message },
    ),
  );
});

const stdin = readline.createInterface({ input: process.stdin });
stdin.once('line', (applications) => {
  JSON.parse(applications).forEach((application) => store.add(application));
  server.listen(0, '127.0.0.1', () => {
    console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` }));
  });
});
stdin.once('close', () => process.exit());
