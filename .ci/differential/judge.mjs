// Stripe's Node library as a judge: one case a line on standard input, one verdict a line on standard output.
//
//     node judge.mjs FOLDER-WITH-NODE_MODULES <cases
//
// A case is {"header", "body" as hex, "secrets" separated by commas, "now" in seconds}. The library takes one secret;
// a case with several is accepted if any of them is.

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
    // Whatever it throws, it does not take the event.
    return false;
  }
}

let verdicts = "";
for await (const line of createInterface({ input: process.stdin })) {
  const one = JSON.parse(line);
  verdicts += one.secrets.split(",").some((secret) => accepts(one, secret)) ? "accepted\n" : "refused\n";
}
process.stdout.write(verdicts);
