// @ts-check
/* What can be done to a job, and at which addresses. */
import { ask, send } from "../shared/asking.js";

/** @type {Record<JobAction, { label: string, icon: string }>} in the order of the buttons */
export const ACTIONS = {
  pause: { label: "Pause", icon: "pause" },
  resume: { label: "Resume", icon: "play" },
  retry: { label: "Retry", icon: "retry" },
  cancel: { label: "Cancel", icon: "close" },
  move_up: { label: "Move up", icon: "up" },
  move_down: { label: "Move down", icon: "down" },
  delete: { label: "Delete", icon: "trash" },
};

/** @param {Job} job @param {(string | number)[]} rest */
export const address = (job, ...rest) => ["/v1/jobs", encodeURIComponent(job.id), ...rest].join("/");

/** @param {Job} job @param {JobAction} action */
export const steer = (job, action) => {
  if (action === "delete") return ask(address(job), { method: "DELETE" });
  if (action === "move_up" || action === "move_down")
    return send(address(job, "move"), { direction: action === "move_up" ? "up" : "down" });
  return send(address(job, action), {});
};

/** @param {Job} job */
export const isBusy = (job) => job.status === "queued" || job.status === "running";
