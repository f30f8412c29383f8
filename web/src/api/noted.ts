import { requestToken } from "./authorization";
import { reportAnswer, reportUnreachable } from "./connection";
import type { ApiError } from "./error";

/** Notes what an error says about the connection and the token, and hands it back. */
export function noted(error: ApiError): ApiError {
  if (error.code === "unreachable") reportUnreachable();
  else reportAnswer();
  if (error.status === 401) requestToken("refused");
  return error;
}
