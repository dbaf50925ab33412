// The load of load.go with Losant's official JavaScript client: a job as JSON on stdin, a result as JSON on stdout.
import { text } from 'node:stream/consumers';
import { createRequire } from 'node:module';

const job = JSON.parse(await text(process.stdin));
const { createClient } = createRequire(import.meta.url)(job.client);
const [, , applicationId, , , experienceUserId] = job.path.split('/');
const client = createClient({ url: job.url, accessToken: job.token });
const get = () => client.experienceUser.get({ applicationId, experienceUserId });

await get(); // not counted: the first connection, the loading of code

const latencies = new Float64Array(job.calls);
const cpu = process.cpuUsage();
const start = process.hrtime.bigint();
let next = 0;
await Promise.all(Array.from({ length: job.goroutines }, async () => {
  while (next < job.calls) {
    const call = next++;
    const began = process.hrtime.bigint();
    const user = await get();
    if (user.id !== experienceUserId) throw new Error(`unexpected answer: ${JSON.stringify(user)}`);
    latencies[call] = Number(process.hrtime.bigint() - began);
  }
}));
const elapsed = Number(process.hrtime.bigint() - start);
const { user, system } = process.cpuUsage(cpu);
latencies.sort();
console.log(JSON.stringify({
  elapsed,
  cpu: (user + system) * 1000,
  p50: latencies[Math.floor(job.calls * 0.50)],
  p99: latencies[Math.floor(job.calls * 0.99)],
}));
process.exit();
