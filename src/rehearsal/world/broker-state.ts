/** The Dingo broker's record of its instances. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

export interface Logins {
  readonly superuser: Login;
  readonly app: Login;
  readonly admin: Login;
}

export interface BrokerNode {
  readonly nodeId: string;
  readonly cell: string;
}

export interface BrokerInstance {
  readonly guid: string;
  readonly planId: string;
  readonly orgGuid: string;
  readonly spaceGuid: string;
  readonly nodes: BrokerNode[];
  readonly port: number;
  /** A clone has those of the instance that it was made from. */
  logins: Logins;
  /** The operation that runs now; the state is the broker's last operation. */
  operation: "create" | "delete";
  state: "in progress" | "succeeded" | "failed";
  description: string;
  /** When the running operation gives up. */
  deadline: number;
  readonly bindings: string[];
}

export interface BrokerState {
  instances: Record<string, BrokerInstance>;
  /** Instances that are gone: their GUIDs, oldest first. */
  deleted: string[];
  nextPort: number;
  nextHostPort: number;
  nextSession: number;
}

export const emptyBroker = (firstPort: number): BrokerState => ({
  instances: {},
  deleted: [],
  nextPort: firstPort,
  nextHostPort: 32768,
  nextSession: 2,
});
