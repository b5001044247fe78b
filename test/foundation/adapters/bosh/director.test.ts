import { directorContract } from "../../../contract/director.ts";

directorContract({ auth: "uaa", identity: "uuid" });
directorContract({ auth: "basic", identity: "index" });
