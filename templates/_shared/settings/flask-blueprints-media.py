    media_root: str = "media"
    media_max_bytes: int = 5 * 1024 * 1024
    media_link_seconds: int = 300
{% if has_local_media and uses_nginx %}
    media_by_nginx: bool = False
{% endif %}
{% if has_s3_media %}
    s3_public_bucket: str = ""
    s3_private_bucket: str = ""
    s3_endpoint_url: str = ""
    s3_public_url: str = ""
    s3_region: str = "us-east-1"
    s3_access_key_id: str = field(default="", repr=False)
    s3_secret_access_key: str = field(default="", repr=False)
{% endif %}
