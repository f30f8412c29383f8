import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { pluginsQuery, uploadPlugin } from "@/api/plugins";
import { pluginPath } from "./plugin-path";

interface Upload {
  key: number;
  name: string;
  size: number;
  /** 0..1 */
  progress: number;
  error: unknown;
}

let lastKey = 0;

/** Uploads under way and those that were refused; a plugin that has arrived is chosen. */
export function useUploads() {
  const [uploads, setUploads] = useState<Upload[]>([]);
  const client = useQueryClient();
  const [, navigate] = useLocation();

  const change = (key: number, values: Partial<Upload>) =>
    setUploads((list) =>
      list.map((entry) => (entry.key === key ? { ...entry, ...values } : entry)),
    );

  const uploadOne = async (file: File) => {
    lastKey += 1;
    const key = lastKey;
    const entry = { key, name: file.name, size: file.size, progress: 0, error: null };
    setUploads((list) => [...list.filter((other) => other.error === null), entry]);
    try {
      const plugin = await uploadPlugin(file, (progress) => change(key, { progress }));
      await client.invalidateQueries({ queryKey: pluginsQuery.queryKey });
      setUploads((list) => list.filter((other) => other.key !== key));
      navigate(pluginPath(plugin));
    } catch (error) {
      change(key, { error });
    }
  };
  const upload = (files: File[]) => {
    for (const file of files) uploadOne(file);
  };
  return { uploads, upload };
}
