// The typed client of the REST API. Every call goes through `answer`, which turns refusals into ApiError.

import createClient, { type Middleware } from "openapi-fetch";
import { reportAnswer } from "./connection";
import { errorOf, unreachable } from "./error";
import { noted } from "./noted";
import type { components, paths } from "./schema";
import { readToken } from "./token";

export type Schemas = components["schemas"];

export function authorize(headers: Headers): Headers {
  const token = readToken();
  if (token) headers.set("Authorization", `Bearer ${token}`);
  return headers;
}

const authorization: Middleware = {
  onRequest({ request }) {
    authorize(request.headers);
    return request;
  },
};

export const client = createClient<paths>({ baseUrl: "/" });
client.use(authorization);

/** The data of a call of `client`, or an ApiError thrown. */
export async function answer<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  let result: Awaited<typeof call>;
  try {
    result = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw noted(unreachable());
  }
  if (!result.response.ok) throw noted(errorOf(result.response.status, result.error));
  reportAnswer();
  return result.data as T;
}

/** A plain request for what is not JSON. Throws ApiError like `answer`. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers: authorize(new Headers(init.headers)) });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw noted(unreachable());
  }
  if (!response.ok) {
    throw noted(errorOf(response.status, await response.json().catch(() => null)));
  }
  reportAnswer();
  return response;
}
