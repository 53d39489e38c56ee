// In one place: some bundlers write one import statement for each file that has one.
export { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
