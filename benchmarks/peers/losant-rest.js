// What BenchmarkLoopback measures, with Losant's official JavaScript client: it makes calls, and prints what they cost.
import { createRequire } from 'node:module';

const [name, url, path, accessToken, calls, atOnce] = process.argv.slice(2);
const { createClient } = createRequire(import.meta.url)(name);
const [, , applicationId, , , experienceUserId] = path.split('/');
const client = createClient({ url, accessToken });

async function get() {
  const user = await client.experienceUser.get({ applicationId, experienceUserId });
  if (user.id !== experienceUserId) throw new Error(`unexpected answer: ${JSON.stringify(user)}`);
}

await get(); // not counted: the first connection, the loading of code

const cpu = process.cpuUsage();
const start = process.hrtime.bigint();
let left = Number(calls);
await Promise.all(Array.from({ length: Number(atOnce) }, async () => {
  while (left-- > 0) await get();
}));
const elapsed = Number(process.hrtime.bigint() - start);
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ elapsed, cpu: (user + system) * 1000 }));
process.exit();
