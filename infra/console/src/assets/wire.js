// Calls the control interface.

async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: body === undefined ? {} : { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(reason(response.status, text));
  return text;
}

// Returns the message of an error response: its `errors`, or another text field, or the status.
function reason(status, text) {
  try {
    const problem = JSON.parse(text);
    const errors = (problem.errors ?? []).map((error) =>
      typeof error === "string" ? error : [error.field, error.message].filter(Boolean).join(": "));
    return errors.join("; ") || problem.detail || problem.message || problem.title || problem.error || `status ${status}`;
  } catch {
    return text || `status ${status}`;
  }
}

const parse = (text) => (text ? JSON.parse(text) : null);

export const get = async (path) => parse(await call("GET", path));
export const post = async (path, body) => parse(await call("POST", path, body));
export const remove = (path) => call("DELETE", path);

// Returns a function that reads `path`. It returns the response, or `undefined` if the response is
// the same as before.
export function watch(path) {
  let last;
  return async () => {
    const text = await call("GET", path);
    const changed = text !== last;
    last = text;
    return changed ? parse(text) : undefined;
  };
}
