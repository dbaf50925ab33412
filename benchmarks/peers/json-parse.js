// What BenchmarkAnswer measures, with the JSON.parse that Losant's official JavaScript client reads answers with: it parses
// a file a number of times, and prints the CPU time that this took, in nanoseconds.
import { readFileSync } from 'node:fs';

const [file, times] = process.argv.slice(2);
const text = readFileSync(file, 'utf8');
let last;
for (let i = 0; i < 5; i++) last = JSON.parse(text); // not counted: what the engine learns

const cpu = process.cpuUsage();
for (let i = 0; i < Number(times); i++) last = JSON.parse(text);
const { user, system } = process.cpuUsage(cpu);
if (!last) throw new Error('nothing parsed');
console.log((user + system) * 1000);
