/** The platform's version; a test keeps it equal to package.json. */
export const PLATFORM_VERSION = "0.1.0";
