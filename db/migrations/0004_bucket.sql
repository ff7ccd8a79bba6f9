ALTER TABLE "episode_staging" ADD COLUMN "stored_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "upload_grant" ADD COLUMN "announced_bytes" integer;--> statement-breakpoint
ALTER TABLE "upload_grant" ADD COLUMN "announced_sha256" text;--> statement-breakpoint
ALTER TABLE "upload_grant" ADD COLUMN "in_bucket" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "upload_grant" ADD COLUMN "accepted" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "instance" ADD COLUMN "instance_id" uuid;--> statement-breakpoint
ALTER TABLE "upload_grant" ADD CONSTRAINT "upload_grant_announced_whole" CHECK (num_nulls("upload_grant"."announced_bytes", "upload_grant"."announced_sha256") in (0, 2) and (not "upload_grant"."in_bucket" or "upload_grant"."announced_bytes" is not null));