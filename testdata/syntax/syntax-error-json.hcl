{"cluster": {"dev": {"type": "all-in-one"}}} # error: syntax-error: This is JSON, and a topology is written in HCL
