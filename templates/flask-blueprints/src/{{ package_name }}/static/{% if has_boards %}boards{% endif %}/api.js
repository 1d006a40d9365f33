// The API: sends the cookie of the session with every request, and the CSRF token with every change.

/** An answer that says what went wrong: its status, and the problem document (RFC 9457). */
export class Problem extends Error {
  constructor(status, document) {
    super(document.detail ?? document.title ?? "The server does not answer. Try again in a minute.");
    this.status = status;
    this.card = document.card;
  }
}

export class Api {
  #csrfToken = "";
  #email = null;
  #boards = new Map();

  constructor(origin) {
    this.root = `${origin}/api/v1`;
  }

  /** Who is signed in: an email, or null. */
  async whoIsSignedIn() {
    return this.#enter(await this.#send("GET", "/session"));
  }

  async signIn(email, password, remember) {
    return this.#enter(await this.#send("POST", "/session", { email, password, remember }));
  }

  async signOut() {
    await this.change("DELETE", "/session");
    this.#boards.clear();
  }

  async get(path) {
    return (await this.#send("GET", path)).json();
  }

  /** A board with its cards; one that has not changed is not sent again. */
  async board(id) {
    const known = this.#boards.get(id);
    const answer = await this.#send("GET", `/boards/${id}`, undefined, known?.tag);
    if (answer.status === 304) {
      return structuredClone(known.board);
    }
    const board = await answer.json();
    this.#boards.set(id, { tag: answer.headers.get("ETag"), board });
    return structuredClone(board);
  }

  /** Change something; where the token is that of an earlier session of the same person, get the new one and try again. */
  async change(method, path, body) {
    const before = this.#email;
    let answer;
    try {
      answer = await this.#send(method, path, body);
    } catch (problem) {
      if (problem.status !== 403 || (await this.whoIsSignedIn()) !== before) {
        throw problem;
      }
      answer = await this.#send(method, path, body);
    }
    return answer.status === 204 ? null : answer.json();
  }

  async #enter(answer) {
    const session = await answer.json();
    this.#csrfToken = session.csrf_token;
    this.#email = session.email;
    return session.email;
  }

  async #send(method, path, body, tag) {
    const headers = {};
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
    }
    if (tag) {
      headers["If-None-Match"] = tag;
    }
    if (method !== "GET") {
      headers["X-CSRFToken"] = this.#csrfToken;
    }
    const request = { method, headers, body: body && JSON.stringify(body), credentials: "include" };
    const answer = await fetch(this.root + path, request).catch(() => null);
    if (!answer) {
      throw new Problem(0, {});
    }
    if (!answer.ok && answer.status !== 304) {
      throw new Problem(answer.status, await answer.json().catch(() => ({})));
    }
    return answer;
  }
}
