/**
 * Ends this process when the one that started it is gone, however it went. Web and worker are started with this file as
 * `--import` and a channel to the supervisor: a supervisor that was killed leaves no orphan which would hold the port. The
 * wish to end is sent as SIGTERM, so that the clean way is taken; who does not take it within some seconds is ended.
 */
export function endWithParent(onGone: () => void): void {
  if (!process.channel) return;
  process.once("disconnect", onGone);
  // Listening keeps a process alive that has nothing else to do; that is for its own work to decide.
  process.channel.unref();
}

if (process.env["TRACE_SHARE_RUN"]) {
  endWithParent(() => {
    setTimeout(() => process.exit(1), 5000).unref();
    process.kill(process.pid, "SIGTERM");
  });
}
