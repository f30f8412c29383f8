import { describe, expect, it } from "vitest";
import { errorOf } from "./error";

describe("When a call is refused", () => {
  it("Then the cause and the hint are the coordinator's", () => {
    const body = { error: { code: "not_found", message: "no job 1", hint: "see 'list'" } };
    expect(errorOf(404, body)).toMatchObject({
      code: "not_found",
      message: "no job 1",
      hint: "see 'list'",
      status: 404,
    });
  });

  it("Then an answer of something between is as no answer", () => {
    expect(errorOf(502, null)).toMatchObject({ code: "unreachable", status: 0 });
  });

  it("Then an answer without a cause names its status", () => {
    expect(errorOf(418, null).message).toContain("418");
  });
});
