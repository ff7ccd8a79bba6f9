CREATE TABLE "operation_run" (
	"name" text PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"ok" boolean NOT NULL,
	"counts" json NOT NULL,
	CONSTRAINT "operation_run_name_known" CHECK ("operation_run"."name" in ('backup', 'restore', 'scrub', 'upgrade'))
);
