// The two resources as Losant documents them for API 1.30.0, in the form in which its framework takes an API.
import { ApiDefinition } from 'bravado-core';
import { experienceGroupPatch, experienceUserPatch } from './schemas.js';

const id = (name) => ({ name, in: 'path', required: true, type: 'string', pattern: '^[A-Fa-f\\d]{24}$' });
const flag = (name) => ({ name, in: 'query', type: 'string', default: 'false' });
const body = (name) => ({ name, in: 'body', required: true, schema: { $ref: `#/definitions/${name}Patch` } });

const resource = (name, path, switches) => ({
  path: `/applications/{applicationId}/experience/${path}/{${name}Id}`,
  params: [id('applicationId'), id(`${name}Id`)],
  auth: [`${name}.*`],
  actions: {
    get: { method: 'GET', auth: [`${name}.get`], params: switches },
    patch: { method: 'PATCH', auth: [`${name}.patch`], params: [body(name)] },
    delete: { method: 'DELETE', auth: [`${name}.delete`] },
  },
});

// What the scopes that are not a resource's own stand for.
const reading = ['experienceGroup.get', 'experienceUser.get'];
const everything = ['experienceGroup.*', 'experienceUser.*'];
const authGroups = {};
for (const owner of ['Application', 'Organization', 'User']) {
  authGroups[`all.${owner}`] = everything;
  authGroups[`all.${owner}.bounded`] = everything;
  authGroups[`all.${owner}.read`] = reading;
}

export const api = new ApiDefinition({
  authGroups,
  definitions: { experienceGroupPatch, experienceUserPatch },
  resources: {
    experienceGroup: resource('experienceGroup', 'groups', [
      flag('includeDirectDeviceCount'), flag('includeTotalDeviceCount'),
    ]),
    experienceUser: resource('experienceUser', 'users'),
  },
});
