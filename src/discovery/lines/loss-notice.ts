/**
 * Notices of programs that carry logs: that they lost, suppressed, discarded or cut messages. Each row has the words that a
 * scan looks for (thirteen bytes or more, as the shortest sets its speed), and what makes a line with them a notice.
 */

interface Notice {
  readonly needles: readonly string[];
  readonly says: RegExp;
}

const COUNTED = /\b[1-9]\d*\b/;

const NOTICES: readonly Notice[] = [
  // rsyslog: ratelimit.c, imuxsock.c, imjournal.c, queue.c.
  { needles: ["due to rate-limiting", "begin to drop messages", "begins to drop messages"], says: /drop|lost/i },
  { needles: ["queue is full", "queue full, dropping", "queue full, discarding"], says: /drop|discard|lost|full/i },
  { needles: ["messages lost", "lost messages", "message(s) lost", "messages were lost"], says: COUNTED },
  {
    needles: ["messages dropped", "message dropped", "dropped messages", "dropping message", "message(s) dropped"],
    says: /./,
  },
  { needles: ["discarding message", "messages discarded", "message discarded", "discarded messages"], says: /./ },
  // systemd-journald: journald-rate-limit.c, journald-syslog.c, journald-kmsg.c, journald-server.c.
  { needles: [" messages from "], says: /\bSuppressed [1-9]\d* messages from |\bDropped [1-9]\d* messages from /i },
  { needles: ["Forwarding to syslog missed", " kernel messages"], says: /\bmissed [1-9]\d* |missed kernel messages/i },
  { needles: ["uncleanly shut down"], says: /journal/i },
  // journalctl -o json leaves out what is longer than 4,096 bytes, unless --all is given.
  { needles: ['"MESSAGE":null', '"MESSAGE" : null'], says: /./ },
  // syslog-ng: stats and logwriter.c; its counters are told at an interval.
  { needles: ["Log statistics;"], says: /dropped='[^']*=[1-9]\d*'/ },
  // Fluentd: buffer.rb, output.rb, in_tail.rb, filter_parser.rb.
  {
    needles: ["buffer overflow", "BufferOverflowError", "unrecoverable error in primary", "pattern not matched"],
    says: /./,
  },
  {
    needles: ["dropping all chunks", "dropping oldest chunk", "dump an error event", "hit limit for retries"],
    says: /./,
  },
  // Fluent Bit: flb_engine.c, flb_input.c, tail_file.c.
  {
    needles: ["cannot be retried", "mem buf overlimit", "lines are too long", "discarded chunk", "dropping chunk"],
    says: /./,
  },
  // Filebeat: libbeat's client and outputs, and its metrics of each half minute.
  { needles: ["Dropping event", "dropping event", "Events dropped", "events dropped"], says: /./ },
  { needles: ["Non-zero metrics"], says: /dropped"?[:=]\s*[1-9]/ },
  // Vector: internal_events.
  {
    needles: ["Discarding events", "discarding events", "exceeds max_line_bytes", "is being suppressed to avoid"],
    says: /./,
  },
  // Loggregator: diodes of agent, doppler and traffic controller; syslog adapters; Diego's executor.
  { needles: [" v1 envelopes", " v2 envelopes", "000 envelopes"], says: /\b(?:dropped|shed)\b/i },
  {
    needles: ["Dropped (egress)", "Dropped (ingress)", "message output is too high", "message output too high"],
    says: /./,
  },
  { needles: ["message(s) from MessageBuffer", "log rate limit"], says: /drop|exceed/i },
  // Docker: daemon/logger, and its drivers for syslog, fluentd and GELF.
  { needles: ["Failed to log msg", "failed to log msg", "Error writing log message"], says: /./ },
  { needles: ["logs may be truncated", "can't send logs", "Buffer full, limit"], says: /./ },
];

export const LOSS_NEEDLES: readonly string[] = NOTICES.flatMap(({ needles }) => needles);

/** Whether the line says that lines like it were lost. */
export const tellsLoss = (line: string): boolean =>
  NOTICES.some(({ needles, says }) => needles.some((needle) => line.includes(needle)) && says.test(line));
