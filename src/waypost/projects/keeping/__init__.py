"""What a project keeps of Waypost's beyond its answers. Others use ``memory``."""
