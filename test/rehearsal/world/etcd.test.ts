import { emptyEtcd, etcdRequest } from "../../../src/rehearsal/world/etcd.ts";
import { etcdContract } from "../../contract/etcd.ts";

etcdContract("the box's reducer", () => {
  const state = emptyEtcd();
  let now = 1_000_000;
  return Promise.resolve({
    call: (request) => Promise.resolve(JSON.parse(JSON.stringify(etcdRequest(state, request, now)))),
    pass: (seconds) => {
      now += seconds * 1000;
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
});
