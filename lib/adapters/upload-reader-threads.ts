import { resolve } from "node:path";
import type { Worker } from "node:worker_threads";
import { AppError } from "#lib/domain/errors.ts";
import type { ReadUpload } from "#lib/domain/wire/read-upload.ts";
import type { UploadReader } from "#lib/ports/upload-reader.ts";

type Options = {
  threads?: number;
  /** For one upload, from when a thread takes it. The older client waits 30 seconds. */
  timeLimitMs?: number;
  /** Of the uploads that wait for a thread, so that memory has a limit. */
  maxWaitingBytes?: number;
  /** The program of a thread. */
  program?: string;
};

type Task = {
  bytes: Uint8Array;
  account: string;
  resolve: (read: ReadUpload) => void;
  reject: (error: AppError) => void;
};

type Thread = { worker: Worker; onRead: (read: ReadUpload) => void; onEnd: () => void };

/** Not imported: Next's bundler takes every file that a `new Worker` might start for a part of the pages. */
const threading = process.getBuiltinModule("node:worker_threads");
/** Run from its source: a bundle of the pages holds no file that a thread could start from. Processes start in the project folder. */
const PROGRAM = "lib/adapters/upload-reader-thread.ts";
const MEMORY_MB = 1024;

/**
 * Reads uploads on threads of their own, so that a record which takes seconds to read holds up no page. Threads start when they
 * are needed; one that goes over its time is ended with its upload, and so is one that fails.
 */
export function createUploadReader(options: Options = {}): UploadReader {
  const {
    threads = 2,
    timeLimitMs = 20_000,
    maxWaitingBytes = 256 * 1024 * 1024,
    program = resolve(PROGRAM),
  } = options;
  const idle: Thread[] = [];
  const all = new Set<Thread>();
  const waiting: Task[] = [];

  const start = (): Thread => {
    const worker = new threading.Worker(program, {
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    const thread: Thread = { worker, onRead: () => {}, onEnd: () => {} };
    worker.on("message", (read: ReadUpload) => thread.onRead(read));
    worker.on("error", () => thread.onEnd());
    worker.on("exit", () => thread.onEnd());
    all.add(thread);
    return thread;
  };
  const next = (): void => {
    if (waiting.length === 0 || (idle.length === 0 && all.size >= threads)) return;
    const task = waiting.shift();
    if (task) run(idle.pop() ?? start(), task);
  };
  const run = (thread: Thread, { bytes, account, ...task }: Task): void => {
    const drop = (detail: string): void => {
      clearTimeout(timer);
      thread.onRead = () => {};
      thread.onEnd = () => {};
      all.delete(thread);
      void thread.worker.terminate();
      task.reject(new AppError("unavailable", { detail, forVisitor: true }));
      next();
    };
    const timer = setTimeout(() => drop("Reading the record took too long. Nothing was kept."), timeLimitMs);
    thread.onEnd = () => drop("Reading the record failed. Nothing was kept.");
    thread.onRead = (read) => {
      clearTimeout(timer);
      // an idle thread keeps no process alive; one that ends is not used again
      thread.worker.unref();
      thread.onEnd = () => {
        thread.onEnd = () => {};
        all.delete(thread);
        idle.splice(idle.indexOf(thread), 1);
      };
      idle.push(thread);
      task.resolve(read);
      next();
    };
    thread.worker.ref();
    // copied, not moved: the caller goes on with its bytes
    thread.worker.postMessage({ bytes, account }, []);
  };

  return {
    read(bytes, account) {
      const bytesWaiting = waiting.reduce((sum, task) => sum + task.bytes.length, bytes.length);
      if (bytesWaiting > maxWaitingBytes) {
        const detail = "Too many uploads are being read at once. Try again in a while.";
        return Promise.reject(new AppError("unavailable", { detail, forVisitor: true }));
      }
      return new Promise((resolve, reject) => {
        waiting.push({ bytes, account, resolve, reject });
        next();
      });
    },
    close: async () => {
      const ended = [...all].map((thread) => {
        thread.onEnd();
        return thread.worker.terminate();
      });
      all.clear();
      idle.length = 0;
      await Promise.all(ended);
    },
  };
}
