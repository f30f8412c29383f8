// Addresses of Flink's dashboard, which people have in bookmarks, and the pages that are theirs here.

type Parameters = Record<string, string | undefined>;

export const flinkRedirects: [from: string, to: (parameters: Parameters) => string][] = [
  ["/overview", () => "/"],
  ["/job/running", () => "/jobs"],
  ["/job/completed", () => "/jobs"],
  ["/job/running/:job/*?", ({ job }) => `/jobs/${job}`],
  ["/job/completed/:job/*?", ({ job }) => `/jobs/${job}`],
  ["/job/:job/*?", ({ job }) => `/jobs/${job}`],
  ["/task-manager", () => "/workers"],
  ["/task-manager/:worker/*?", ({ worker }) => `/workers/${worker}`],
  ["/job-manager/*?", () => "/coordinator"],
];
