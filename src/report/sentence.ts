/** With its full stop, and no second one: what a journal says may bring its own. */
export const sentence = (text: string): string => (/[.!?]$/u.test(text) ? text : `${text}.`);
