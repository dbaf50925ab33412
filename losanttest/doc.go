// Package losanttest is an in-memory Losant API for integration tests: a server on loopback that serves all actions of the
// API, keeps what it is given, and answers as Losant does.
//
//	server := losanttest.NewServer()
//	defer server.Close()
//	app := server.AddApplication()
//	device := server.Add("devices.post", []string{app}, losant.DevicePost{Name: "Pump"})
//	client, err := server.NewClient()
//	...
//	found, err := client.Device.Get(ctx, app, device["id"].(string))
//
// # What is like Losant
//
// A request goes through the steps of Losant's framework, in its order: route (405), body (400), validation (400),
// authentication (401), scopes (403), resource (404). That is so for every action: its parameters, its schema, its scopes
// are Losant's. Statuses, types and messages are the framework's own, to the letter, except the detail behind "Invalid
// JSON:", which is the JSON parser's. So are the hypermedia and the switches _actions, _links and _embedded; nothing is
// ever embedded. A page in a browser may call the server too (CORS).
//
// # What it keeps
//
//   - Documents of all resources that have a list and a path of their own, such as applications, devices, flows,
//     dashboards, events, orgs and API tokens: post, get, patch and delete; lists with pages, sorting, filters and advanced
//     queries. What Losant has no post for (instances, audit logs, ...) is added with [Server.Add]. A patch replaces each
//     property that it names as a whole.
//   - Experience users and groups. Membership shows on both sides: a user's groups and a group's users are one relation.
//     Deleting a user takes it out of its groups, deleting a group leaves its users. An email is unique in its application.
//   - States and commands of devices, composite states, connection status, streams of states, commands and MQTT messages
//     ([Server.Streams] says how many are open), time series with all aggregations, last values, attributes; the rows and
//     columns of data tables; events and their updates.
//   - Deployments that were released to devices; the storage of workflows and their versions by name; the readme and the
//     globals of an application, and a search through it.
//   - Files and private files, with their content: the server is the storage that takes the forms of
//     [losant.Client.UploadFile], and that the links of files lead to.
//   - Accounts ([Server.AddAccount]) and access keys: they log in and get real tokens. An API token that a post hands out is
//     one too. Orgs with their members and invites, which accounts accept; the transfer of what they own.
//   - Counts of devices, of states, commands and connections: of a device, an application, an account, an org or an instance.
//
// # What it leaves to handlers
//
// The rest is checked as everything is, and then answered with 501 and a text that says how to answer it with
// [Server.Handle]:
//
//   - what ends in a file, an email or a report: every export, archive and sendReport, devices.payloadCounts,
//     instance.generateReport;
//   - what makes many documents of one: application.clone, import, importLogs and applyTemplate, flows.import,
//     deviceRecipe.bulkCreate, experience.bootstrap;
//   - the running of workflows, notebooks, resource jobs and notification rules: execute, cancelExecution and evaluate, logs,
//     errors and stats, flow.pressVirtualButton, notebook.upload;
//   - what looks into workflows and dashboards: linkedResources, flows.palette, dashboard.validateContext;
//   - log-in by others and two-factor authentication: auth.authenticateUserGithub and authenticateUserSaml,
//     me.generateTwoFactorAuth, enableTwoFactorAuth and disableTwoFactorAuth;
//   - what nothing here could be asked about: applicationTemplates.getCategories, applications.periodSummaries,
//     instance.historicalSummaries.
//
// # What Losant does not document
//
// Where nothing is known about Losant, this server does the following.
//
// Experience users and groups:
//   - Ids of users and groups that do not exist join nothing: they are left out of a membership. Ids of endpoints and
//     devices are kept as they are.
//   - Losant counts the members of a group as members of its children; ExperienceUserIDs and ExperienceGroups show only
//     what a group or a user was given.
//   - AncestorIDs begin with the topmost group.
//   - A patch moves LastUpdated, an empty one too. An id that a list holds twice is kept once.
//   - A parentId that is no group of the application, or that would make a group its own ancestor, is refused with 400.
//   - Deleting a group moves its children to the root.
//   - Of two resources that a membership touches, only the patched one moves its LastUpdated.
//   - A duplicate email is refused with 400. Emails and ids are compared letter by letter.
//   - A date-time that has the right form but is no date, such as 2020-00-99T00:00:00Z, is refused with 400.
//   - DirectDeviceCount is the number of the group's DeviceIDs, TotalDeviceCount that of the group and its descendants,
//     each id counted once. Device tags and device queries do not count.
//
// Documents:
//   - A missing one is named after its resource: "Application api token was not found". What is above it comes first.
//   - Properties that no answer of the resource shows are not kept. Null removes a property whose schema does not allow it.
//   - By default a device is standalone, a flow of the class cloud, an event new, a key or a token active.
//   - Versions of flows and experiences, slugs and domains are unique (400, AlreadyExists).
//   - Deleting a document deletes what is below it in the path. Deleted devices and sandboxes can be restored for ever, with
//     what devices have reported, unless something else has taken their id.
//   - Parents and gateways of devices have to be devices of the application.
//   - The key of a device whose access key names devices or tags has to name one of its own.
//   - What is below /me belongs to everybody.
//   - The dashboards of /dashboards and those of an application are different ones; so are the orgs of an instance.
//   - A file is alone with its name in its directory. Directories are written with a slash at both ends, and do not have to
//     exist. Without a directory, a list of files is of all. A file that gets a new content keeps the old one until then.
//   - Who creates an org is its first member. The token of an invite is the id of the invite; an invite lasts seven weeks,
//     there is one for an email and an org, and who accepts it needs an account.
//   - Of what is transferred, what the owner does not own is left out, unless the call is strict.
//   - A global without a value is taken away, and so is an entry of a workflow's storage.
//   - A search finds what has the text in its name, or in what it has instead of one. "develop" is a version of each workflow.
//   - A deployment never becomes current: what is released is desired. Neither the workflow's class nor the version is checked.
//
// Lists and queries:
//   - A page may be of any size. What is no number counts as not given.
//   - Numbers come before texts, and texts are sorted by their bytes; what is equal, by creation.
//   - A filter matches the whole text; a star stands for any text.
//   - A field that is a list fulfils a condition when one of its elements does. Texts that are dates are compared as such.
//   - Below $and, $or and $nor nothing is refused, as the framework has it; what is no condition holds for nothing.
//
// Devices, data and data tables:
//   - Attributes may be reported that the device does not have. States of the same time are kept apart.
//   - deviceIds, deviceTags and deviceQuery choose the devices that one of them does; none of them chooses none.
//   - The parts of a time series begin at its start; those without a value are left out. Without a resolution there is one
//     part, without an aggregation the last value. STD_DEV is that of a population. A time before the first value counts
//     for no value.
//   - Columns that a data table does not have are left out of a row; a row without a required or a unique value is refused,
//     and so is a list of rows with one that is.
//   - A command to many devices and the deletion, the restoring and the patch of many documents are never jobs. Data that is
//     to be removed is gone when the call is answered.
//   - A patch of many devices applies fields first, then operations in their order; what a rule refuses is left as it was.
//   - All that devices send is counted as "device.rest". Counts without a start are of the last thirty days; days are UTC.
//
// Requests:
//   - A token says whether an OAuth client got it with a claim of its own.
//   - A wrong email or password is 401, but 400 where an account changes its password or deletes itself.
//   - The ten latest items of a type are recent. No domain has single sign-on. Emails are not sent.
//   - A body of more than 4 MiB, or a form of more than 10 MiB, is refused with 413.
package losanttest
