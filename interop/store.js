// The applications in memory, and the few rules of theirs that Losant documents.
import errors from 'bravado-core/lib/errors.js';

export class Store {
  #applications = new Map();

  // Takes an application as it begins: its users without their groups, which follow from the members of the groups.
  add({ applicationId, users, groups }) {
    const application = { users: new Map(), groups: new Map() };
    for (const { experienceGroups, ...properties } of users) {
      application.users.set(properties.id, { properties, groups: new Set() });
    }
    for (const { experienceUserIds = [], ancestorIds, ...properties } of groups) {
      const group = { properties, users: new Set() };
      application.groups.set(properties.id, group);
      relate(properties.id, group.users, experienceUserIds, (id) => application.users.get(id)?.groups);
    }
    this.#applications.set(applicationId, application);
  }

  getUser({ applicationId, experienceUserId }) {
    const application = found(this.#applications, applicationId, 'Application');
    const user = found(application.users, experienceUserId, 'Experience user');
    const experienceGroups = [...user.groups].map((id) => {
      const { name, parentId } = application.groups.get(id).properties;
      return { id, name, parentId: parentId ?? null };
    });
    return withValues({ ...user.properties, experienceGroups });
  }

  patchUser(params) {
    const { applicationId, experienceUserId, experienceUser } = params;
    const application = found(this.#applications, applicationId, 'Application');
    const user = found(application.users, experienceUserId, 'Experience user');
    const { password, experienceGroupIds, tokenCutoff, ...properties } = experienceUser;
    for (const other of application.users.values()) {
      if (other !== user && other.properties.email === properties.email) { throw emailExists(properties.email); }
    }
    if (tokenCutoff) { properties.tokenCutoff = new Date(tokenCutoff).toISOString(); }
    if (password) { properties.passwordLastUpdated = new Date().toISOString(); }
    Object.assign(user.properties, properties, moved());
    if (experienceGroupIds) {
      relate(experienceUserId, user.groups, experienceGroupIds, (id) => application.groups.get(id)?.users);
    }
    return this.getUser(params);
  }

  deleteUser(params) {
    const { applicationId, experienceUserId } = params;
    this.getUser(params);
    const { users, groups } = this.#applications.get(applicationId);
    users.delete(experienceUserId);
    for (const group of groups.values()) { group.users.delete(experienceUserId); }
  }

  getGroup({ applicationId, experienceGroupId, includeDirectDeviceCount, includeTotalDeviceCount }) {
    const { groups } = found(this.#applications, applicationId, 'Application');
    const group = found(groups, experienceGroupId, 'Experience group');
    const counts = {};
    if (isTrue(includeDirectDeviceCount)) {
      counts.directDeviceCount = new Set(group.properties.deviceIds).size;
    }
    if (isTrue(includeTotalDeviceCount)) {
      const below = [...groups.values()].filter(
        ({ properties: { id } }) => id === experienceGroupId || ancestors(groups, id).includes(experienceGroupId),
      );
      counts.totalDeviceCount = new Set(below.flatMap(({ properties }) => properties.deviceIds ?? [])).size;
    }
    return withValues({
      ...group.properties,
      ...counts,
      experienceUserIds: [...group.users],
      ancestorIds: ancestors(groups, experienceGroupId),
    });
  }

  patchGroup(params) {
    const { applicationId, experienceGroupId, experienceGroup } = params;
    const application = found(this.#applications, applicationId, 'Application');
    const group = found(application.groups, experienceGroupId, 'Experience group');
    const { experienceUserIds, ...properties } = experienceGroup;
    for (const name of ['deviceIds', 'experienceEndpointIds']) {
      if (properties[name]) { properties[name] = [...new Set(properties[name])]; }
    }
    Object.assign(group.properties, properties, moved());
    if (experienceUserIds) {
      relate(experienceGroupId, group.users, experienceUserIds, (id) => application.users.get(id)?.groups);
    }
    return this.getGroup(params);
  }

  deleteGroup(params) {
    const { applicationId, experienceGroupId } = params;
    this.getGroup(params);
    const { users, groups } = this.#applications.get(applicationId);
    groups.delete(experienceGroupId);
    for (const user of users.values()) { user.groups.delete(experienceGroupId); }
    for (const { properties } of groups.values()) {
      if (properties.parentId === experienceGroupId) { delete properties.parentId; }
    }
  }
}

const isTrue = (value) => ['true', '1', 'yes'].includes(value);

const moved = () => ({ lastUpdated: new Date().toISOString() });

function found(map, id, title) {
  if (!map.has(id)) { throw errors.NotFound({ title }); }
  return map.get(id);
}

function emailExists(email) {
  const error = new Error(`Email address "${email}" already exists`);
  return Object.assign(error, { type: 'AlreadyExists', statusCode: 400 });
}

// Makes ids the whole of one side of the owner's membership, and keeps the other sides in step. Unknown ids join nothing.
function relate(owner, side, ids, otherSide) {
  for (const id of side) {
    if (!ids.includes(id)) { otherSide(id).delete(owner); }
  }
  side.clear();
  for (const id of ids) {
    if (otherSide(id)) {
      side.add(id);
      otherSide(id).add(owner);
    }
  }
}

function ancestors(groups, groupId) {
  const ids = new Set(); // which would also end a circle
  let id = groups.get(groupId).properties.parentId;
  while (id && !ids.has(id)) {
    ids.add(id);
    id = groups.get(id)?.properties.parentId;
  }
  return [...ids].reverse();
}

// What an answer shows of an entity: the properties that have a value, with dates as Losant writes them.
function withValues(entity) {
  const shown = Object.entries(entity).filter(([, value]) => (
    typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : value !== null && value !== ''
  ));
  return Object.fromEntries(shown.map(([name, value]) => (
    dates.includes(name) ? [name, new Date(value).toISOString()] : [name, value]
  )));
}

const dates = ['creationDate', 'lastUpdated', 'passwordLastUpdated', 'lastLogin', 'tokenCutoff'];

// What the framework calls for the actions of users and groups.
export const controllersOf = (store) => ({
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
});
