    @property
    def s3_public_address(self) -> str:
        """Where browsers find the public bucket; empty where there is none."""
        bucket = f"https://{self.s3_public_bucket}.s3.{self.s3_region}.amazonaws.com"
        if self.s3_endpoint_url:
            bucket = f"{self.s3_endpoint_url.rstrip('/')}/{self.s3_public_bucket}"
        return (self.s3_public_url.rstrip("/") or bucket) if self.s3_public_bucket else ""
