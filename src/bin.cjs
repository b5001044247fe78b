#!/usr/bin/env node
/**
 * The entry. Every Node can read it: on an older one it names the two ways to get a newer Node. The program lies beside
 * it: `main.ts` in a clone, whose types Node strips, and `main.mjs` in a package.
 */
"use strict";

var NEEDED = 24;
var fs = require("fs");
var path = require("path");

if (parseInt(process.versions.node, 10) < NEEDED) {
  var isClone = !fs.existsSync(path.join(__dirname, "main.mjs"));
  var way = isClone ? " (after `npm ci`, type `npx node src/bin.cjs` in the clone)" : "";
  process.stderr.write(
    "dingo-recover needs Node " + NEEDED + " or later" + way + ", " +
      "or the single executable, which has its own; this is Node " + process.versions.node + ".\n"
  );
  process.exitCode = 2;
} else if (process.platform === "win32") {
  process.stderr.write("dingo-recover does not run on native Windows: use it inside WSL.\n");
  process.exitCode = 2;
} else {
  keepCompiled();
  var program = fs.existsSync(path.join(__dirname, "main.mjs")) ? "./main.mjs" : "./main.ts";
  import(program).then(function (module) {
    return module.main(process.argv.slice(2));
  });
}

/**
 * Node keeps compiled code in a cache: a start then takes a third of the time. The cache is executed, so only this user
 * may write to it and to the directory above it (`sudo` can leave XDG_CACHE_HOME as it was).
 */
function keepCompiled() {
  try {
    var cache = process.env.XDG_CACHE_HOME || path.join(require("os").homedir(), ".cache");
    var own = path.join(cache, "dingo-recover");
    // A relative one lies in the working directory, whose files may be a stranger's.
    if (!path.isAbsolute(cache) || !isOwn(path.dirname(cache))) return;
    fs.mkdirSync(own, { recursive: true, mode: 448 });
    if (isOwn(cache) && isOwn(own)) require("module").enableCompileCache(own);
  } catch (error) {
    // Without it the start is slower.
  }
}

function isOwn(directory) {
  var found = fs.lstatSync(directory);
  return found.isDirectory() && found.uid === process.getuid() && (found.mode & 18) === 0;
}
