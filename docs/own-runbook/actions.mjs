/** Actions of the team's own: `actions: [actions.mjs]` in the configuration. */
export const actions = ({ defineAction, z }) => [
  defineAction({
    id: "team.office-hours",
    title: "Whether somebody of the team is at work",
    effect: "read",
    input: z.strictObject({ from: z.number().int(), to: z.number().int() }),
    output: z.strictObject({ open: z.boolean(), hour: z.number() }),
    describe: () => [{ on: "here", line: "date -u +%H" }],
    // Time comes from the port: a rehearsal runs it faster.
    run: async ({ ports }, { from, to }) => {
      const hour = ports.clock.now().getUTCHours();
      return { open: hour >= from && hour < to, hour };
    },
    tell: ({ open, hour }) => `it is ${hour} o'clock UTC: ${open ? "somebody is there" : "nobody is there"}`,
  }),
];
