// @ts-check
/* Asking the studio. What goes wrong is thrown as an error whose message is one sentence. */

export const UNREACHABLE = "The studio does not answer. Is it still running?";

/** What the studio refused, with its status; 0 when it did not answer at all. */
export class Problem extends Error {
  /** @param {string} sentence @param {number} status */
  constructor(sentence, status) {
    super(sentence);
    this.status = status;
  }
}

/** The one sentence in an answer that is not 2xx. @param {Response} response */
const problem = async (response) => {
  let sentence = "";
  try {
    const body = await response.json();
    sentence = body?.error?.message || (typeof body?.detail === "string" ? body.detail : "");
  } catch {
    /* not JSON: the status alone has to do */
  }
  if (!sentence && response.status === 401) sentence = "You are signed out. Load the page again and sign in.";
  return new Problem(sentence || `The studio answered with status ${response.status}. Try again.`, response.status);
};

/** fetch() against the studio. An abort stays one. @param {string} path @param {RequestInit} options */
export const ask = async (path, options = {}) => {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") throw error;
    throw new Problem(UNREACHABLE, 0);
  }
  if (!response.ok) throw await problem(response);
  return response;
};

/**
 * The JSON that an address answers.
 * @param {string} path
 * @param {RequestInit} options
 * @returns {Promise<any>}
 */
export const askJson = async (path, options = {}) => (await ask(path, options)).json();

/**
 * Send JSON.
 * @param {string} path
 * @param {unknown} body
 * @param {{ method?: string, headers?: Record<string, string>, signal?: AbortSignal }} options
 */
export const send = (path, body, { method = "POST", headers = {}, signal } = {}) =>
  ask(path, { method, headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body), signal });

/**
 * The same, for the JSON of the answer.
 * @param {string} path
 * @param {unknown} body
 * @param {{ method?: string, signal?: AbortSignal }} options
 * @returns {Promise<any>}
 */
export const sendJson = async (path, body, options = {}) => (await send(path, body, options)).json();

/**
 * One of a part's own functions on the server (`server_functions=`).
 * @param {Tools["server"]} server
 * @param {string} name
 * @param {unknown} what
 */
export const askServer = async (server, name, what) => {
  let answer;
  try {
    answer = await server[name](what);
  } catch {
    throw new Problem(UNREACHABLE, 0);
  }
  if (answer.error) throw new Error(answer.error);
  return answer;
};

/**
 * Server-sent events of a fetched body, each parsed from JSON, as they come.
 * @param {Response} response
 * @returns {AsyncGenerator<any>}
 */
export async function* events({ body }) {
  if (!body) return;
  const reader = body.pipeThrough(/** @type {TransformStream<any, string>} */ (new TextDecoderStream())).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      rest += value.replaceAll("\r\n", "\n");
      let end;
      while ((end = rest.indexOf("\n\n")) >= 0) {
        const data = rest.slice(0, end).split("\n").filter((line) => line.startsWith("data:"));
        rest = rest.slice(end + 2);
        const text = data.map((line) => line.slice(5).trimStart()).join("\n");
        if (text && text !== "[DONE]") yield JSON.parse(text);
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
