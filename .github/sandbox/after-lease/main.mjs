console.log('The leased token is looked for when the job is over.');
