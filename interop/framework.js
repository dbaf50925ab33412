// An HTTP server around Losant's own framework, with all resources of its API: bravado-core behind restify, as Losant has
// it.
//
// It reads an array of applications from the first line of stdin, prints {"url"} when it is ready and ends with stdin. For
// null instead of the array, there is no state: what gets through to a resource is answered with its name.
// Tokens are what JWT_SECRET, JWT_ALGO and JWT_ISSUER say: the framework reads them from the environment.
import readline from 'node:readline';
import handler from 'bravado-core';
import restify from 'restify';
import { api, description } from './api.js';
import { controllersOf, Store } from './store.js';

const reached = (resource, action) => (params, context) => context.succeed({ reached: `${resource}.${action}` });

function serve(server, controllers) {
  for (const { resource, name, method, path } of description.actions) {
    const controller = { [name]: controllers?.[resource]?.[name] ?? reached(resource, name) };
    const handle = handler(api, resource, name, controller);
    const verb = method === 'DELETE' ? 'del' : method.toLowerCase();
    server[verb](path.replace(/\{(\w+)\}/g, ':$1'), (request, response, next) => {
      const done = (error, result) => {
        if (error) {
          const { statusCode = 500, type = 'Error', message } = error;
          response.send(statusCode, { type, message });
        } else {
          response.send(200, result);
        }
        next();
      };
      const { headers, params, query, body, files } = request;
      const event = { httpRequest: true, request: { headers, path: params, querystring: query, body, files } };
      try {
        handle(event, { done, succeed: (result) => done(null, result), fail: done });
      } catch (error) {
        done(error);
      }
    });
  }
}

const server = restify.createServer({ ignoreTrailingSlash: true });
server.use(restify.plugins.queryParser({ mapParams: false }));
server.use(restify.plugins.bodyParser({ mapParams: false }));
server.opts('*', (request, response, next) => {
  response.send(204);
  next();
});
server.on('MethodNotAllowed', (request, response, error, done) => {
  error.toJSON = () => ({ type: 'MethodNotAllowed', message: error.message });
  done();
});

const stdin = readline.createInterface({ input: process.stdin });
stdin.once('line', (line) => {
  const applications = JSON.parse(line);
  const store = new Store();
  applications?.forEach((application) => store.add(application));
  serve(server, applications && controllersOf(store));
  server.listen(0, '127.0.0.1', () => {
    console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` }));
  });
});
stdin.once('close', () => process.exit());
