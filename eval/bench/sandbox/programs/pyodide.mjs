// Runs Python in Pyodide: each line of input in an interpreter of its own, from a memory snapshot, or with --once one program.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [folder, ...rest] = process.argv.slice(2);
const { loadPyodide } = createRequire(`${folder}/programs.js`)("pyodide");

if (rest[0] === "--once") {
  (await loadPyodide()).runPython(rest[1]);
} else {
  // Without a snapshot each takes seconds: this is the best of which Pyodide is capable, if an experiment of its own.
  const snapshot = (await loadPyodide({ _makeSnapshot: true })).makeMemorySnapshot();
  console.log("{}");
  for await (const line of createInterface({ input: process.stdin })) {
    const { source } = JSON.parse(line);
    const began = performance.now();
    const python = await loadPyodide({ _loadSnapshot: snapshot });
    const value = python.runPython(`${source}\nimport json\njson.dumps(tool(None))`);
    console.log(JSON.stringify({ value: JSON.parse(value), milliseconds: performance.now() - began }));
  }
}
