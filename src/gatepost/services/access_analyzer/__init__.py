"""IAM Access Analyzer: policies checked before they are live, and who outside the account is let in. SES identities included."""
