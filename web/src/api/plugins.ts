// What is done with plugins, which the API calls jars as Flink does.

import { queryOptions } from "@tanstack/react-query";
import { answer, client, type Schemas } from "./client";
import { errorOf, unreachable } from "./error";
import { noted } from "./noted";
import { readToken } from "./token";

export const pluginsQuery = queryOptions({
  queryKey: ["plugins"],
  queryFn: async ({ signal }) => (await answer(client.GET("/jars", { signal }))).files,
});

const path = (jarid: string) => ({ params: { path: { jarid } } });

export const deletePlugin = (plugin: string) =>
  answer(client.DELETE("/jars/{jarid}", path(plugin)));

export const planPlugin = (plugin: string, submission: Schemas["Submission"]) =>
  answer(client.POST("/jars/{jarid}/plan", { ...path(plugin), body: submission }));

export const validatePlugin = (plugin: string, submission: Schemas["Submission"]) =>
  answer(client.POST("/jars/{jarid}/validate", { ...path(plugin), body: submission }));

export const runPlugin = (plugin: string, submission: Schemas["Submission"]) =>
  answer(client.POST("/jars/{jarid}/run", { ...path(plugin), body: submission }));

/**
 * Uploads a plugin and tells how much of it has gone, 0..1; the result is the plugin's id. Not `fetch`,
 * which says nothing about progress.
 */
export function uploadPlugin(file: File, onProgress: (ratio: number) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open("POST", "/jars/upload");
    const token = readToken();
    if (token) call.setRequestHeader("Authorization", `Bearer ${token}`);
    call.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    call.onerror = () => reject(noted(unreachable()));
    call.onload = () => {
      const body = parse(call.responseText);
      if (call.status === 200) resolve(String((body as { filename?: string }).filename));
      else reject(noted(errorOf(call.status, body)));
    };
    const form = new FormData();
    form.append("jarfile", file);
    call.send(form);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
