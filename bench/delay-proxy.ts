/**
 * A far away store: forwards every byte, and gives each answer's bytes so many milliseconds later. Counts requests, which
 * begin a chunk because nobody here sends one before the last was answered.
 *
 *   npx node bench/delay-proxy.ts LISTEN_HOST:PORT TO_HOST:PORT MILLISECONDS    prints the count for every line on stdin
 */
import { connect, createServer } from "node:net";
import { createInterface } from "node:readline";

const [listen = "", to = "", delay = "0"] = process.argv.slice(2);
const addressOf = (text: string): { readonly host: string; readonly port: number } => {
  const [host = "", port = ""] = text.split(":");
  return { host, port: Number(port) };
};
const milliseconds = Number(delay);
const REQUEST = /^(?:GET|PUT|HEAD|POST|DELETE) /;
let requests = 0;

const server = createServer({ allowHalfOpen: false, noDelay: true }, (client) => {
  const store = connect({ ...addressOf(to), noDelay: true });
  const end = (): void => {
    client.destroy();
    store.destroy();
  };
  client.on("data", (bytes) => {
    if (REQUEST.test(bytes.toString("latin1", 0, 8))) requests += 1;
    store.write(bytes);
  });
  // Timers of one length fire in the order in which they were set.
  store.on("data", (bytes) =>
    milliseconds === 0 ? client.write(bytes) : setTimeout(() => client.write(bytes), milliseconds),
  );
  store.on("close", () => setTimeout(end, milliseconds));
  client.on("close", end);
  for (const socket of [client, store]) socket.on("error", end);
});
server.listen(addressOf(listen), () => process.stdout.write("ready\n"));
createInterface({ input: process.stdin })
  .on("line", () => {
    process.stdout.write(`${requests}\n`);
    requests = 0;
  })
  .on("close", () => process.exit(0));
