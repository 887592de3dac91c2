// The product's database, with the query of `pg`. Node 20 has no database, so Python's SQLite runs the
// statements.

import { execFileSync } from 'node:child_process';

const RUN = `
import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
rows = db.execute(sys.argv[2], {str(n): value for n, value in enumerate(json.loads(sys.argv[3]), 1)}).fetchall()
db.commit()
print(json.dumps(rows))`;

function run(statement: string, values: unknown[]): unknown[][] {
  return JSON.parse(execFileSync('python3', ['-c', RUN, process.env.DATABASE!, statement, JSON.stringify(values)], { encoding: 'utf8' }));
}

export const db = {
  async query(statement: string, values: unknown[] = []) {
    run(statement, values);
  },
  rows() {
    return run('SELECT * FROM organizations', []);
  },
};
