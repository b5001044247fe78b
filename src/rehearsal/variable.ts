/** Set by a rehearsal for its child, and by nothing else; read before anything heavy is loaded. */
export const REHEARSAL_VARIABLE = "DINGO_RECOVER_REHEARSAL";
