"""What a fabric has before anybody plans a cluster, from a file: YAML → checked description → managed objects. Pure."""
