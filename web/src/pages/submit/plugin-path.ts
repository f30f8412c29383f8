export const pluginPath = (plugin: string): string => `/submit/${encodeURIComponent(plugin)}`;
