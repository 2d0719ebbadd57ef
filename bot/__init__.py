"""The bot: reading (`bot.nlu`), dialogue policies, domain and clinic details."""
