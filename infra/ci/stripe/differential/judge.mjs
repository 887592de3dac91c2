// Checks signatures with Stripe's Node library. Reads one case per line and prints one verdict per
// line.
//
//     node judge.mjs FOLDER-WITH-NODE_MODULES <cases
//
// A case is {"header", "body" as hex, "secrets" separated by commas, "now" in seconds}. The library
// accepts one secret, so a case with several is checked with each of them.

import { createRequire } from "node:module";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

const Stripe = createRequire(resolve(process.argv[2], "judge.cjs"))("stripe");
const { signature } = new Stripe("sk_test_offline", { telemetry: false }).webhooks;
const TOLERANCE = 300;

function accepts({ header, body, now }, secret) {
  try {
    return signature.verifyHeader(Buffer.from(body, "hex"), header, secret, TOLERANCE, undefined, now * 1000);
  } catch {
    // Any exception means that the library rejects the event.
    return false;
  }
}

let verdicts = "";
for await (const line of createInterface({ input: process.stdin })) {
  const one = JSON.parse(line);
  verdicts += one.secrets.split(",").some((secret) => accepts(one, secret)) ? "accepted\n" : "refused\n";
}
process.stdout.write(verdicts);
