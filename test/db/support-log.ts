/** Says nothing. */
export const quiet = { info() {}, warn() {}, error() {} };
