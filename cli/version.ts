/** Version of the contributor's program, the same as the project's (a test compares them). */
export const CLI_VERSION = "0.1.0";
