import { directorContract } from "../../contract/director.js";

directorContract({ auth: "uaa", identity: "uuid" });
directorContract({ auth: "basic", identity: "index" });
